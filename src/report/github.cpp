// Workflow commands of GitHub Actions. A step shows ten of each kind, so the tenth notice sums up what is not shown.
#include <fmt/format.h>

#include <map>

#include "report/words.hpp"

namespace fwproof::report {

namespace {

constexpr std::size_t kMostErrors = 10, kMostWarnings = 10, kMostNotices = 9;

// Not "data": std::data would be the better match for a string.
std::string message_text(std::string_view text) {
    std::string out;
    for (const char c : printable(text)) out += c == '%' ? std::string("%25") : std::string(1, c);
    return out;
}

std::string property_text(std::string_view text) {
    std::string out;
    for (const char c : message_text(text)) {
        out += c == ':' ? std::string("%3A") : c == ',' ? std::string("%2C") : std::string(1, c);
    }
    return out;
}

std::string annotation(const Finding& finding, const Report& report) {
    std::string text =
        finding.severity == Severity::note ? "::notice " : fmt::format("::{} ", to_string(finding.severity));
    if (const std::string file = file_of(finding, report); !file.empty())
        text += fmt::format("file={},", property_text(file));
    if (finding.span) text += fmt::format("line={},col={},", finding.span.line(), finding.span.column());
    text += fmt::format("title={}::{}", property_text(finding.check), message_text(finding.message));
    for (const auto& line : lines_of(evidence_text(finding))) text += fmt::format("%0A{}", message_text(line));
    return text + "\n";
}

}  // namespace

std::string render_github(const Report& report, const RenderOptions&) {
    std::map<Severity, std::size_t> room{
        {Severity::error, kMostErrors}, {Severity::warning, kMostWarnings}, {Severity::note, kMostNotices}};
    std::map<Severity, std::size_t> hidden;
    std::string text;
    for (const auto& finding : report.findings) {
        if (!finding.waived_by.empty()) continue;
        if (room[finding.severity] == 0) {
            ++hidden[finding.severity];
            continue;
        }
        --room[finding.severity];
        text += annotation(finding, report);
    }
    std::string summary = summary_line(report);
    const std::string rest = more(hidden[Severity::error], hidden[Severity::warning], hidden[Severity::note]);
    if (!rest.empty()) summary += fmt::format("; not shown here: {}", rest);
    return text + fmt::format("::notice title=fwproof {}::{}\n", property_text(report.command), message_text(summary));
}

}  // namespace fwproof::report
