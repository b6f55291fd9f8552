#include "report/html_parts.hpp"

#include <fmt/format.h>

#include "fwproof/check/check.hpp"
#include "report/markup.hpp"
#include "report/words.hpp"

namespace fwproof::report::html {

std::string chip(std::string_view word, std::string_view style) {
    return fmt::format("<span class=\"chip {}\">{}</span>", style.empty() ? word : style, in_markup(word));
}

std::string packet(std::string_view text) { return fmt::format("<span class=\"packet\">{}</span>", in_markup(text)); }

std::string row(std::string_view name, const std::string& value) {
    return value.empty() ? "" : fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, value);
}

std::string list(const std::vector<std::string>& lines) {
    if (lines.empty()) return {};
    if (lines.size() == 1) return in_markup(lines[0]);
    std::string items;
    for (const auto& line : lines) items += fmt::format("<li>{}</li>", in_markup(line));
    return "<ul>" + items + "</ul>";
}

std::string rules(const std::vector<RuleEvidence>& evidence) {
    std::string items;
    for (const auto& rule : evidence) {
        items +=
            fmt::format("<li>{}{}{}", in_markup(rule.name), rule.verdict.empty() ? "" : ": " + in_markup(rule.verdict),
                        rule.surely ? "" : ", if its conditions hold");
        if (rule.span) {
            items += fmt::format(" <span class=\"soft\">{}</span><code>{}</code>",
                                 in_markup(place(rule.file, rule.span)), in_markup(quoted_line(rule.span, 220)));
        }
        items += "</li>";
    }
    return items.empty() ? "" : "<ul class=\"rules\">" + items + "</ul>";
}

std::string standards_text(const Check& check) {
    std::string text;
    for (const auto& [standard, requirement] : standard_entries(check))
        text += fmt::format("{}{}, {}", text.empty() ? "" : "; ", standard->title, requirement);
    return text;
}

}  // namespace fwproof::report::html
