#include <algorithm>
#include <string>

#include "report/sample.hpp"
#include "support/catch.hpp"
#include "support/program.hpp"

using namespace fwproof;

TEST_CASE("every format prints the sample report as its golden file shows") {
    const Report report = sample_report();
    for (const auto& format : formats()) {
        INFO(format.name);
        CHECK(differs_from_golden(format.render(report, {}),
                                  "fixtures/report/" + std::string(format.name) + "/sample.golden") == "");
    }
}

TEST_CASE("an empty report is still a whole one") {
    const Report report;
    for (const auto& format : formats()) {
        INFO(format.name);
        const std::string bytes = format.render(report, {});
        CHECK(!bytes.empty());
        CHECK(bytes.back() == '\n');
    }
}

TEST_CASE("SARIF keeps the worst 25,000 findings, and counts the rest") {
    Report report = sample_report();
    Finding one;
    one.check = report.findings.front().check;
    one.severity = Severity::note;
    one.message = "a note";
    one.span = report.findings.front().span;
    for (const std::size_t count : {24'999U, 25'000U}) {
        report.findings.assign(count, one);
        report.findings.push_back(one);
        report.findings.back().severity = Severity::error;
        report.findings.back().message = "an error behind them";
        const auto all = formats();
        const auto sarif = std::find_if(all.begin(), all.end(), [](const Format& f) { return f.name == "sarif"; });
        REQUIRE(sarif != all.end());
        const std::string bytes = sarif->render(report, {});
        std::size_t results = 0;
        for (std::size_t at = 0; (at = bytes.find("\"ruleIndex\"", at)) != std::string::npos; ++at) ++results;
        CHECK(results == 25'000);
        CHECK(bytes.find("an error behind them") != std::string::npos);
        const bool said = bytes.find("1 more findings are left out, the least severe ones; --format json has all.") !=
                          std::string::npos;
        CHECK(said == (count == 25'000));
    }
}

TEST_CASE("no format lets an export's control bytes through") {
    Report report = sample_report();
    report.findings[0].message += "\xef\xbf\xbe";
    for (const auto& format : formats()) {
        INFO(format.name);
        const std::string bytes = format.render(report, {});
        CHECK(bytes.find('\x1b') == std::string::npos);
        CHECK(bytes.find("\xe2\x80\xae") == std::string::npos);
        CHECK(bytes.find('\xfc') == std::string::npos);
        CHECK(bytes.find("\xef\xbf\xbe") == std::string::npos);  // U+FFFE, which makes XML ill-formed
    }
}
