// The manual names every option and exit status of the program, and is clean for mandoc.
#include <cstdlib>
#include <regex>
#include <string>

#include "support/catch.hpp"
#include "support/program.hpp"

TEST_CASE("the manual is clean") {
    const std::string command = std::string("mandoc -T lint -W warning ") + FWPROOF_ROOT + "/man/fwproof.1 >/dev/null";
    CHECK(std::system(command.c_str()) == 0);
}

// After a change to the pages: build/release/fwproof checks --format mdoc > man/fwproof-checks.7
TEST_CASE("the manual of the checks is made of their pages, and clean") {
    const Ran made = run_fwproof({"checks", "--format", "mdoc"});
    CHECK(made.status == 0);
    CHECK(made.out == read_whole(std::string(FWPROOF_ROOT) + "/man/fwproof-checks.7"));
    const std::string command =
        std::string("mandoc -T lint -W warning ") + FWPROOF_ROOT + "/man/fwproof-checks.7 >/dev/null";
    CHECK(std::system(command.c_str()) == 0);
}

TEST_CASE("the manual describes every option of check, of lint and of diff") {
    const std::string manual = read_whole(std::string(FWPROOF_ROOT) + "/man/fwproof.1");
    for (const std::string command : {"check", "lint", "diff"}) {
        const std::string help = run_fwproof({command, "--help"}).out;
        const std::regex option("\n  --([a-z-]+)");
        int seen = 0;
        for (std::sregex_iterator at(help.begin(), help.end(), option), end; at != end; ++at) {
            const std::string name = (*at)[1];
            INFO(command << " " << name);
            CHECK(manual.find(".It Fl -" + name) != std::string::npos);
            ++seen;
        }
        CHECK(seen >= 10);
    }
}
