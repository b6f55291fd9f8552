// What was looked for, with what came of it: also where nothing was found.
#include <fmt/format.h>

#include "fwproof/check/check.hpp"
#include "report/html_parts.hpp"
#include "report/markup.hpp"
#include "report/outcomes.hpp"
#include "report/words.hpp"

namespace fwproof::report::html {

namespace {

std::string result(const Outcome& outcome) {
    const std::string_view style = outcome.fails                             ? "error"
                                   : outcome.kind == OutcomeKind::found      ? "warning"
                                   : outcome.kind == OutcomeKind::excused    ? "waived"
                                   : outcome.kind == OutcomeKind::unassessed ? "conditional"
                                                                             : "satisfied";
    std::string text = chip(outcome.found > 0 ? counted(outcome.found, "finding") : outcome_text(outcome.kind), style);
    if (outcome.waived > 0) text += fmt::format("<br><span class=\"soft\">{} waived</span>", outcome.waived);
    if (outcome.known > 0) text += fmt::format("<br><span class=\"soft\">{} in the baseline</span>", outcome.known);
    return text;
}

}  // namespace

std::string check_section(const Report& report) {
    const auto all = check_outcomes(report);
    if (all.empty()) return {};
    std::string text;
    text +=
        "<h2 id=\"checks\">Checks</h2>\n<p>Everything that was looked for. &quot;Nothing found&quot; is said only "
        "where every statement was understood and every required flow was decided.</p>\n<div class=\"wide\"><table "
        "class=\"checks\"><thead><tr><th>check</th><th>looks for</th><th>result</th></tr></thead><tbody>\n";
    for (const auto& one : all) {
        text += fmt::format("<tr><td><b>{}</b><br><span class=\"soft\">{}</span></td><td>{}</td><td>{}</td></tr>\n",
                            in_markup(one.name), in_markup(one.id()), one.check ? in_markup(one.check->summary) : "",
                            result(one.outcome));
    }
    text += "</tbody></table></div>\n";
    const auto requirements = requirement_outcomes(report);
    if (requirements.empty()) return text;
    text +=
        "<h3>Standards</h3>\n<p>As far as the checks look at them: a requirement may ask for more than rules can "
        "show.</p>\n<div class=\"wide\"><table class=\"standards\"><thead><tr><th>standard</th><th>requirement</th>"
        "<th>checks</th><th>result</th></tr></thead><tbody>\n";
    for (const auto& one : requirements) {
        std::string words = fmt::format("{}", fmt::join(one.ids, ", "));
        if (!one.not_run.empty()) words += fmt::format("; not run: {}", fmt::join(one.not_run, ", "));
        text += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n", in_markup(one.standard->title),
                            in_markup(one.requirement), in_markup(words), result(one.outcome));
    }
    text += "</tbody></table></div>\n";
    return text;
}

}  // namespace fwproof::report::html
