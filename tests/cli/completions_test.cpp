#include <optional>

#include "support/catch.hpp"
#include "support/program.hpp"

namespace {

// What a shell says of a script, or nothing where there is no such shell here.
std::optional<Ran> run_shell(const std::string& shell, const std::string& script) {
    if (!program_exists(shell)) return std::nullopt;
    const std::string here = fresh_directory("completions-" + shell);
    write_file(here, "fwproof." + shell, run_fwproof({"completions", shell}).out);
    write_file(here, "script", script);
    return run_command(shell + " script", here);
}

}  // namespace

TEST_CASE("bash completes commands, options, and the values that an option can have") {
    const auto completed = [](const std::string& words, int at) {
        const auto ran =
            run_shell("bash", "source ./fwproof.bash\nCOMP_WORDS=(" + words + ")\nCOMP_CWORD=" + std::to_string(at) +
                                  "\n_fwproof\necho \"${COMPREPLY[*]}\"\n");
        REQUIRE(ran);
        CHECK(ran->err.empty());
        return ran->out;
    };
    CHECK(completed("fwproof sh", 1) == "show\n");
    CHECK(completed("fwproof catalog ''", 2) == "list show validate\n");
    CHECK(completed("fwproof check --si", 2) == "--site\n");
    CHECK(completed("fwproof check --color a", 3) == "auto always\n");
    CHECK(completed("fwproof check --catalog sc", 3) == "scom\n");
    CHECK(completed("fwproof merge --format ''", 3) == "json jsonl text\n");
    CHECK(completed("fwproof explain --format ''", 3) == "text json\n");
    CHECK(completed("fwproof lint --format te", 3) == "text\n");
    CHECK(completed("fwproof lint --format sa", 3) == "sarif\n");
    CHECK(completed("fwproof evidence audit --si", 3) == "--site\n");
    CHECK(completed("fwproof evidence audit --form", 3) == "\n");  // refused there
    CHECK(completed("fwproof lint --fail-on ''", 3) == "error warning note never\n");
    CHECK(completed("fwproof diff --fail-on w", 3) == "widened warning\n");
    CHECK(completed("fwproof lint --position ''", 3) == "host network\n");
    CHECK(completed("fwproof lint --standard pci", 3) == "pci-dss-4.0.1\n");
    CHECK(completed("fwproof show --as ''", 3) == "rules regions objects notes\n");
    CHECK(completed("fwproof catalog show sco", 3) == "scom\n");
    // As bash splits --format=sa.
    CHECK(completed("fwproof lint --format = sa", 4) == "sarif\n");
    CHECK(completed("fwproof lint --color =", 3) == "auto always never\n");
    CHECK(completed("fwproof check --site ''", 3) == "\n");  // files, by the shell itself
}

TEST_CASE("zsh and fish accept their completions") {
    for (const auto& [shell, script] : {std::pair<std::string, std::string>{"zsh", "zsh -n ./fwproof.zsh\n"},
                                        {"fish", "fish --no-execute ./fwproof.fish\n"}}) {
        const auto ran = run_shell(shell, script);
        if (!ran) {
            WARN("skipped: no " << shell << " here");
            continue;
        }
        CHECK(ran->status == 0);
        CHECK(ran->err.empty());
    }
}

TEST_CASE("fish offers what a command takes") {
    const auto ran =
        run_shell("fish", "source ./fwproof.fish\ncomplete -C 'fwproof check --color ' | string split -f 1 \\t\n");
    if (!ran) {
        WARN("skipped: no fish here");
        return;
    }
    CHECK(ran->out == "always\nauto\nnever\n");
}

TEST_CASE("descriptions are the help on one line") {
    for (const std::string shell : {"zsh", "fish"}) {
        const std::string script = run_fwproof({"completions", shell}).out;
        CHECK(script.find("or as each export looks)") != std::string::npos);
        CHECK(script.find("the Windows profile in force") != std::string::npos);
        for (std::size_t at = 0; (at = script.find("  ", at)) != std::string::npos; ++at) {
            INFO(script.substr(at > 40 ? at - 40 : 0, 80));
            const std::size_t line = script.rfind('\n', at) + 1;
            if (script.find_first_not_of(' ', line) > at) continue;  // indented
            CHECK(false);
            break;
        }
    }
}

TEST_CASE("a shell without a completion is refused") {
    const Ran ran = run_fwproof({"completions", "tcsh"});
    CHECK(ran.status == 2);
    CHECK(ran.err == "fwproof: error: no completion for 'tcsh'; bash, zsh or fish\n");
}
