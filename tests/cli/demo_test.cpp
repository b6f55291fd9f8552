// The example sites, exactly as a user sees them.
#include <algorithm>
#include <nlohmann/json.hpp>

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

namespace {

// What is found on the Windows host when its policy is read from that file: checks with their regions, sorted.
std::vector<std::string> findings_on_ms1(const std::string& carrier) {
    const std::string folder = std::string(FWPROOF_ROOT) + "/fixtures/site/scom/exports/";
    std::string site = read_whole(std::string(FWPROOF_ROOT) + "/fixtures/site/scom/site.toml");
    for (std::size_t at = 0; (at = site.find("\"exports/", at)) != std::string::npos;) site.replace(at + 1, 8, folder);
    const std::string old = folder + "ms1-gpreport.xml";
    const std::size_t place = site.find(old);
    REQUIRE(place != std::string::npos);
    site.replace(place, old.size(), folder + carrier);
    const std::string file = write_file(fresh_directory("carrier"), "site.toml", site);
    const auto report = nlohmann::json::parse(run_fwproof({"check", "--site", file, "--format", "json"}).out);
    std::vector<std::string> found;
    for (const auto& finding : report.at("findings")) {
        if (finding.at("firewall") == "ms1")
            found.push_back(finding.at("check").get<std::string>() + " " + finding.at("region").dump());
    }
    std::sort(found.begin(), found.end());
    return found;
}

}  // namespace

TEST_CASE("the registry values of the Windows policy say what its report says") {
    const auto report = findings_on_ms1("ms1-gpreport.xml");
    CHECK(report.size() >= 3);
    CHECK(findings_on_ms1("ms1-policy.reg") == report);
}
