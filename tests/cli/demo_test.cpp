// The example sites, exactly as a user sees them.
#include "support/catch.hpp"
#include "support/program.hpp"

TEST_CASE("the example site has findings on each vendor") {
    const Ran ran = run_fwproof({"check", "--site", "fixtures/site/scom/site.toml", "--as-of", "2026-11-16"});
    CHECK(ran.status == 1);
    CHECK(ran.err.empty());
    CHECK(differs_from_golden(ran.out, "fixtures/site/scom/check.golden") == "");
}

TEST_CASE("the repaired site has no error") {
    const Ran ran = run_fwproof({"check", "--site", "fixtures/site/scom-clean/site.toml", "--as-of", "2026-11-16"});
    CHECK(ran.status == 0);
    CHECK(ran.err.empty());
    CHECK(differs_from_golden(ran.out, "fixtures/site/scom-clean/check.golden") == "");
}
