// Small sites, one question each. The first lines of a site file say what the question is; expected.txt beside it holds
// every finding, with the line of the document that it cites. Roles that a scenario binds to nothing are left out.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "support/program.hpp"

namespace fs = std::filesystem;

namespace {

std::vector<std::string> scenarios() {
    std::vector<std::string> found;
    for (const auto& catalog : fs::directory_iterator(std::string(FWPROOF_ROOT) + "/fixtures/catalog")) {
        if (!catalog.is_directory()) continue;
        for (const auto& scenario : fs::directory_iterator(catalog.path())) {
            if (!fs::exists(scenario.path() / "expected.txt") && !fs::exists(scenario.path() / "site.toml")) continue;
            found.push_back(fs::relative(scenario.path(), FWPROOF_ROOT).string());
        }
    }
    std::sort(found.begin(), found.end());
    return found;
}

std::string verdicts(const std::string& scenario) {
    const Ran ran = run_fwproof({"check", "--site", scenario + "/site.toml", "--format", "json"});
    if (ran.status > 1 || !ran.err.empty()) return fmt::format("exit status {}\n{}", ran.status, ran.err);
    const auto report = nlohmann::json::parse(ran.out);
    std::string text;
    for (const auto& finding : report.at("findings")) {
        const auto message = finding.at("message").get<std::string>();
        if (message.ends_with("the site binds no host to it")) continue;
        text += fmt::format("{} {}: {}", finding.at("severity").get<std::string>(),
                            finding.at("check").get<std::string>(), message);
        const auto& catalog = finding.at("catalog");
        if (catalog.is_object() && catalog.contains("line"))
            text += fmt::format(" [line {}]", catalog.at("line").get<int>());
        text += '\n';
        for (const auto& detail : finding.at("details")) text += "    " + detail.get<std::string>() + '\n';
    }
    const auto& summary = report.at("summary");
    const auto number = [&](const char* key) { return summary.at(key).get<int>(); };
    return text + fmt::format("{} of {} satisfied, {} undecided, {} unchecked\n", number("satisfied"),
                              number("required_flows"), number("undecided"), number("unchecked"));
}

}  // namespace

TEST_CASE("every scenario has exactly the expected findings") {
    const auto all = scenarios();
    REQUIRE(all.size() >= 45);
    for (const auto& scenario : all) {
        INFO(scenario);
        CHECK(differs_from_golden(verdicts(scenario), scenario + "/expected.txt") == "");
    }
}
