// For the summary page of a CI job, a merge request or a wiki: what was found, what passes, what the answer rests on.
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "report/markup.hpp"
#include "report/words.hpp"

namespace fwproof::report {

namespace {

// Text in a paragraph or a table cell: nothing in it is markup.
std::string inert(std::string_view text) {
    std::string out;
    for (const char c : in_markup(text)) {
        if (std::string_view("\\`*_{}[]|~").find(c) != std::string_view::npos) out += '\\';
        out += c;
    }
    return out;
}

// Text as code, in a paragraph or a table cell.
std::string code(std::string_view text) { return "<code>" + inert(text) + "</code>"; }

std::string fenced(const std::string& lines) {
    std::string fence = "```";
    while (lines.find(fence) != std::string::npos) fence += '`';
    return fence + "\n" + lines + (lines.ends_with('\n') ? "" : "\n") + fence + "\n";
}

std::string rules(const std::vector<RuleEvidence>& evidence) {
    std::string text;
    for (const auto& rule : evidence) {
        text += text.empty() ? "" : "<br>";
        text += inert(rule.name);
        if (rule.span) text += " (" + code(place(rule.file, rule.span)) + ")";
    }
    return text;
}

std::string finding_block(const Finding& finding) {
    const bool waived = !finding.waived_by.empty();
    std::string text =
        fmt::format("<details><summary><b>{}</b> {}: {}</summary>\n\n", waived ? "waived" : to_string(finding.severity),
                    inert(finding.check), inert(finding.message));
    const std::string where = place(finding.file, finding.span);
    std::string lines;
    if (!where.empty()) lines += printable(where) + "\n";
    lines += render_excerpt(finding.span, "  ");
    lines += evidence_text(finding);
    lines += waived ? fmt::format("  waived      {}\n", printable(finding.waived_by))
                    : fmt::format("  certainty   {}\n", to_string(finding.certainty));
    return text + fenced(lines) + "\n</details>\n\n";
}

}  // namespace

std::string render_markdown(const Report& report, const RenderOptions&) {
    std::string text = fmt::format("## fwproof {}\n\n{}\n", inert(report.command), inert(summary_line(report)));
    if (report.incomplete())
        text += "\n**Not everything was assessed**: what is not listed below is not thereby proven.\n";
    if (!report.findings.empty()) {
        text += "\n### Findings\n\n";
        for (const auto& finding : report.findings) text += finding_block(finding);
    }
    if (!report.flows.empty()) {
        text +=
            "\n### Required flows\n\n| flow | from | to | service | at | verdict | rules "
            "|\n|---|---|---|---|---|---|---|\n";
        for (const auto& flow : report.flows) {
            const bool passes = flow.judgement == Judgement::satisfied;
            text += fmt::format(
                "| {} | {} | {} | {} | {} | {} | {} |\n", inert(flow.catalog + " " + flow.flow + "/" + flow.service),
                inert(flow.from + " (" + flow.from_hosts + ")"), inert(flow.to + " (" + flow.to_hosts + ")"),
                inert(flow.ports), inert(flow.firewall.empty() ? "-" : flow.firewall + ", " + flow.path),
                inert(std::string(to_string(flow.judgement)) + (flow.counts ? "" : " (decided otherwise)")),
                flow.unchecked.empty() ? rules(passes ? flow.permitted_by : flow.stopped_by) : inert(flow.unchecked));
        }
    }
    if (!report.assumptions.empty()) {
        text += "\n### Assumptions\n\n";
        for (const auto& assumption : report.assumptions) text += "- " + inert(assumption) + "\n";
    }
    if (!report.files.empty()) {
        text += "\n### Inputs\n\n| file | use | SHA-256 |\n|---|---|---|\n";
        for (const auto& file : report.files)
            text += fmt::format("| {} | {} | {} |\n", code(file.name), file.use, code(file.sha256));
    }
    return text + fmt::format("\nfwproof {}{}\n", inert(report.tool_version),
                              report.timestamp.empty() ? "" : ", " + report.timestamp);
}

}  // namespace fwproof::report
