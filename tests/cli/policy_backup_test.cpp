#include "support/catch.hpp"
#include "support/program.hpp"

TEST_CASE("the directory of a group policy backup is one export") {
    const std::string backup = "fixtures/vendor/windows/backup/{5A0C1E2B-7D34-4F6A-9B11-2C3D4E5F6071}";
    const Ran whole = run_fwproof({"check", "--as", "management-server", backup});
    CHECK(whole.err.find("is a directory") == std::string::npos);
    CHECK(whole.status != 2);
    // A directory of exports, and of backups, is a fleet.
    const Ran fleet =
        run_fwproof({"check", "--as", "management-server", "--format", "json", "fixtures/vendor/windows"});
    CHECK(fleet.status == 1);
    CHECK(fleet.err.empty());
    CHECK(fleet.out.find("\"file\": \"" + backup + "\"") != std::string::npos);
}
