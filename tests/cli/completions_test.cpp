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

TEST_CASE("a shell without a completion is refused") {
    const Ran ran = run_fwproof({"completions", "tcsh"});
    CHECK(ran.status == 2);
    CHECK(ran.err == "fwproof: error: no completion for 'tcsh'; bash, zsh or fish\n");
}
