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
