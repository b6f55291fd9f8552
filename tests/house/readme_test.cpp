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
