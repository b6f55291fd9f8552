// The report that people read. One finding is a headline that editors and compilers' tools can parse, the source line
// with a caret, and labelled lines of evidence; findings are separated by a blank line; the last line sums up the run.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "fwproof/base/secrets.hpp"
#include "report/words.hpp"

namespace fwproof::report {

namespace {

constexpr std::size_t kLabelWidth = 12;
constexpr std::size_t kRegionLines = 12;

class TextWriter {
public:
    explicit TextWriter(bool color) : color_(color) {}

    void finding(const Finding& finding) {
        const bool waived = !finding.waived_by.empty();
        const std::string where = place(finding.file, finding.span);
        if (!where.empty()) text_ += style("1", printable(where)) + ": ";
        const std::string_view word = waived ? "waived" : to_string(finding.severity);
        text_ += fmt::format("{}[{}]: {}\n", style(waived ? "2" : severity_style(finding.severity), word),
                             printable(finding.check), style("1", printable(finding.message)));
        text_ += render_excerpt(finding.span, "    ");
        evidence(finding);
        if (waived) {
            line("waived", finding.waived_by);
        } else {
            line("certainty", to_string(finding.certainty));
        }
        text_ += '\n';
    }

    void evidence(const Finding& finding) {
        for (const auto& detail : finding.details) line("", detail);
        for (const auto& rule : finding.decided_by) decided_by(finding, rule);
        region(finding);
        if (finding.witness) line("witness", to_string(*finding.witness));
        for (const auto& condition : finding.conditions) line("depends on", condition);
        if (finding.citation) line("because", because(finding));
        fix(finding);
    }

    // Roles by roles: a heading for each cell, a line for each service in it.
    void matrix(const Report& report) {
        for (const auto& cell : report.matrix) {
            text_ += style("1", fmt::format("{} > {}", printable(cell.from), printable(cell.to))) + "\n";
            std::size_t ports = 0;
            std::size_t entry = 0;
            for (const auto& service : cell.services) {
                ports = std::max(ports, service.ports.size());
                entry = std::max(entry, service.entry.size());
            }
            for (const auto& service : cell.services) {
                if (ports > 0) text_ += fmt::format("  {:<{}}", printable(service.ports), ports);
                text_ += fmt::format("  {:<{}}  {}\n", printable(service.entry), entry, printable(service.verdict));
            }
        }
        if (!report.matrix.empty()) text_ += '\n';
    }

    void end(const Report& report) {
        for (const auto& assumption : report.assumptions) text_ += fmt::format("assumed: {}\n", printable(assumption));
        if (!report.assumptions.empty()) text_ += '\n';
        text_ += style("1", summary_line(report)) + "\n";
    }

    std::string take() { return std::move(text_); }

private:
    static std::string_view severity_style(Severity severity) {
        return severity == Severity::error ? "1;31" : severity == Severity::warning ? "1;33" : "1;36";
    }

    std::string style(std::string_view code, std::string_view text) const {
        return color_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
    }

    void line(std::string_view label, std::string_view value) {
        text_ += fmt::format("  {}{}\n", style("2", fmt::format("{:<{}}", label, kLabelWidth)), printable(value));
    }

    // The rule that the headline already shows is named only; any other is quoted with its place.
    void decided_by(const Finding& finding, const RuleEvidence& rule) {
        std::string value = fmt::format("{}{}{}", rule.name, rule.title.empty() ? "" : fmt::format(" ({})", rule.title),
                                        rule.verdict.empty() ? "" : fmt::format(": {}", rule.verdict));
        if (!rule.surely) value += ", if its conditions hold";
        const bool shown =
            rule.span && rule.span.source == finding.span.source && rule.span.offset == finding.span.offset;
        if (rule.span && !shown) {
            value += fmt::format(" ({})", place(rule.file, rule.span));
            line("decided by", value);
            const std::string written = shown_line(rule.span);
            std::string_view quoted = written;
            quoted.remove_prefix(std::min(quoted.find_first_not_of(" \t"), quoted.size()));
            if (quoted.size() <= 160) line("", quoted);
        } else {
            line("decided by", value);
        }
    }

    void region(const Finding& finding) {
        std::size_t shown = 0;
        for (const auto& product : finding.region) {
            if (shown == kRegionLines) break;
            line(shown == 0 ? "packets" : "",
                 shown < finding.region_text.size() ? finding.region_text[shown] : to_string(product));
            ++shown;
        }
        if (finding.region.size() > shown)
            line("", fmt::format("... and {} more regions (--format json has all)", finding.region.size() - shown));
        if (!finding.region_complete) line("", "... and more that are not listed");
    }

    static std::string because(const Finding& finding) {
        const std::string entry = catalog_entry(finding);
        return entry.empty() ? citation_text(*finding.citation)
                             : fmt::format("{} [{}]", citation_text(*finding.citation), entry);
    }

    void fix(const Finding& finding) {
        std::string_view rest = finding.fix;
        for (bool first = true; !rest.empty(); first = false) {
            const std::size_t end = std::min(rest.find('\n'), rest.size());
            line(first ? (finding.fix_proven ? "try, proven" : "try") : "", rest.substr(0, end));
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    }

    bool color_;
    std::string text_;
};

}  // namespace

std::string evidence_text(const Finding& finding) {
    TextWriter writer(false);
    writer.evidence(finding);
    return writer.take();
}

std::string render_text(const Report& report, const RenderOptions& options) {
    TextWriter writer(options.color);
    for (const auto& finding : report.findings) writer.finding(finding);
    writer.matrix(report);
    writer.end(report);
    return writer.take();
}

}  // namespace fwproof::report
