// Every finding with its proof, the worst first.
#include <fmt/format.h>

#include <algorithm>

#include "fwproof/base/secrets.hpp"
#include "fwproof/check/check.hpp"
#include "report/html_bars.hpp"
#include "report/html_parts.hpp"
#include "report/markup.hpp"
#include "report/words.hpp"

namespace fwproof::report::html {

namespace {

constexpr std::uint32_t kContext = 2;  // lines of a source shown around a finding

std::string excerpt(const SourceSpan& span) {
    if (!span) return {};
    const std::uint32_t line = span.line(), last = std::min(line + kContext, span.source->line_count());
    std::string text;
    for (std::uint32_t n = line > kContext ? line - kContext : 1; n <= last; ++n) {
        std::string shown = shown_line({span.source, span.source->line_offset(n), 0});
        if (n == last && n != line && shown.empty()) continue;
        const bool cut = shown.size() > 600;
        if (cut) shown.resize(600);
        text += fmt::format("<div{}><span class=\"number\">{}</span><code class=\"text\">{}{}</code></div>",
                            n == line ? " class=\"here\"" : "", n, in_markup(shown), cut ? "..." : "");
    }
    return "<div class=\"excerpt\">" + text + "</div>\n";
}

std::string article(const Finding& finding, std::size_t number) {
    const bool waived = !finding.waived_by.empty();
    const std::string_view style = waived ? "waived" : to_string(finding.severity);
    const Check* check = find_check(finding.check);
    const std::string where = place(finding.file, finding.span);
    std::string text = fmt::format(
        "<article class=\"finding of-{}\" id=\"finding-{}\"><div "
        "class=\"head\">{}<b>{}</b>{}{}</div>\n<h4>{}</h4>\n",
        style, number, chip(style), in_markup(finding.check),
        check ? fmt::format("<span class=\"soft\">{}</span>", check->id) : "",
        where.empty() ? "" : fmt::format("<code class=\"soft\">{}</code>", in_markup(where)),
        in_markup(finding.message));
    text += excerpt(finding.span);
    text += region_bars(finding.region, finding.region_complete, finding.needed);
    text += "<dl>\n";
    text += row("details", list(finding.details));
    text += row("decided by", rules(finding.decided_by));
    if (finding.witness) text += row("witness", packet(to_string(*finding.witness)));
    text += row("depends on", list(finding.conditions));
    if (finding.citation) {
        const std::string entry = catalog_entry(finding);
        text += row("because", in_markup(citation_text(*finding.citation)) +
                                   (entry.empty() ? "" : " <span class=\"soft\">[" + in_markup(entry) + "]</span>"));
    }
    if (!finding.fix.empty()) {
        std::string commands;
        for (const auto& line : lines_of(finding.fix)) commands += in_markup(line) + "\n";
        text += row(finding.fix_proven ? "try, proven" : "try", "<pre>" + commands + "</pre>");
    }
    if (check) text += row("standards", in_markup(standards_text(*check)));
    text += waived ? row("waived", in_markup(finding.waived_by))
                   : row("certainty", std::string(to_string(finding.certainty)));
    return text + "</dl></article>\n";
}

}  // namespace

std::string finding_section(const Report& report) {
    std::string text = "<h2 id=\"findings\">Findings</h2>\n";
    if (report.findings.empty()) return text + "<p>None.</p>\n";
    text += "<div class=\"filter\" role=\"group\" aria-label=\"Show findings\">";
    for (const std::string_view kind : {"error", "warning", "note", "waived"})
        text += fmt::format("<label><input type=\"checkbox\" id=\"show-{0}\" checked> {0}</label>", kind);
    text += "</div>\n";
    const auto group = [&](std::string_view title, const auto& belongs) {
        bool first = true;
        for (std::size_t i = 0; i < report.findings.size(); ++i) {
            if (!belongs(report.findings[i])) continue;
            if (first) text += fmt::format("<h3 class=\"group\">{}</h3>\n", title);
            first = false;
            text += article(report.findings[i], i + 1);
        }
    };
    const auto of = [](Severity severity) {
        return [severity](const Finding& f) { return f.waived_by.empty() && f.severity == severity; };
    };
    group("Errors", of(Severity::error));
    group("Warnings", of(Severity::warning));
    group("Notes", of(Severity::note));
    group("Waived", [](const Finding& f) { return !f.waived_by.empty(); });
    return text;
}

}  // namespace fwproof::report::html
