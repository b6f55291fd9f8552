// GitLab Code Quality: an array of issues. Waived findings are no issues. GitLab shows one of several issues with one
// fingerprint; set_fingerprints makes them differ.
#include <nlohmann/json.hpp>

#include "report/words.hpp"

namespace fwproof::report {

namespace {

using Json = nlohmann::ordered_json;

std::string_view severity(const Finding& finding) {
    if (finding.severity == Severity::error) return finding.check == "any-to-any" ? "blocker" : "critical";
    return finding.severity == Severity::warning ? "major" : "minor";
}

}  // namespace

std::string render_gitlab(const Report& report, const RenderOptions&) {
    Json issues = Json::array();
    for (const auto& finding : report.findings) {
        if (!finding.waived_by.empty()) continue;
        issues.push_back({{"description", printable(finding.message)},
                          {"check_name", finding.check},
                          {"fingerprint", finding.fingerprint},
                          {"severity", severity(finding)},
                          {"location",
                           {{"path", printable(file_of(finding, report))},
                            {"lines", {{"begin", finding.span ? finding.span.line() : 1}}}}}});
    }
    return issues.dump(1, ' ', true, Json::error_handler_t::replace) + "\n";
}

}  // namespace fwproof::report
