#include "support/catch.hpp"
#include "support/program.hpp"

TEST_CASE("the directory of a group policy backup is one export") {
    const std::string backup = "fixtures/vendor/windows/backup/{5A0C1E2B-7D34-4F6A-9B11-2C3D4E5F6071}";
    const Ran whole = run_fwproof({"check", "--as", "management-server", backup});
    CHECK(whole.err.find("is a directory") == std::string::npos);
    CHECK(whole.status != 2);
    const Ran other = run_fwproof({"check", "--as", "management-server", "fixtures/vendor/windows"});
    CHECK(other.err.find("is a directory") != std::string::npos);
    CHECK(other.status == 2);
}
