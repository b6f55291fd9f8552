// The example of the README is what the program prints.
#include "support/catch.hpp"
#include "support/program.hpp"

TEST_CASE("the README shows the program's real output") {
    const std::string readme = read_whole(std::string(FWPROOF_ROOT) + "/README.md");
    const std::size_t command = readme.find("```\n$ fwproof check ");
    REQUIRE(command != std::string::npos);
    const std::string last = "fixtures/site/scom/exports/opsdb1.v4\n";
    const std::size_t start = readme.find(last, command) + last.size();
    const std::string shown = readme.substr(start, readme.find("```\n", start) - start);
    const Ran ran = run_fwproof({"check", "--catalog", "scom", "--as", "operations-manager-database", "--select",
                                 "missing-opening,install-only-opening", "fixtures/site/scom/exports/opsdb1.v4"});
    CHECK(ran.out == shown);
    CHECK(ran.status == 1);
}

TEST_CASE("the diff in the README is what the program prints") {
    const std::string readme = read_whole(std::string(FWPROOF_ROOT) + "/README.md");
    const std::string command = "```\n$ fwproof diff old.cfg new.cfg\n";
    const std::size_t start = readme.find(command);
    REQUIRE(start != std::string::npos);
    const std::string shown = readme.substr(start + command.size());
    const Ran ran =
        run_fwproof({"diff", "old.cfg", "new.cfg"}, std::string(FWPROOF_ROOT) + "/fixtures/diff/object-edit");
    CHECK(shown.substr(0, shown.find("```\n")) == ran.out);
}
