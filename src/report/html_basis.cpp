// What was not assessed, and all that the answer rests on.
#include <fmt/format.h>

#include <algorithm>

#include "report/html_parts.hpp"
#include "report/markup.hpp"
#include "report/words.hpp"

namespace fwproof::report::html {

std::string not_assessed_section(const Report& report) {
    std::string text = "<h2 id=\"not-assessed\">Not assessed</h2>\n";
    std::string items;
    const auto item = [&](const std::string& words) { items += "<li>" + words + "</li>\n"; };
    for (const auto& input : report.inputs) {
        if (input.not_understood > 0)
            item(fmt::format("{} of <code>{}</code> not understood", counted(input.not_understood, "statement"),
                             in_markup(input.name)));
        if (input.conditional > 0)
            item(
                fmt::format("{} of <code>{}</code> {} on something that no packet header shows; verdicts that "
                            "could change with it are called conditional",
                            counted(input.conditional, "rule"), in_markup(input.name),
                            input.conditional == 1 ? "depends" : "depend"));
    }
    if (report.unchecked > 0) item(counted(report.unchecked, "required flow") + " unchecked");
    if (report.undecided > 0) item(counted(report.undecided, "required flow") + " undecided");
    if (report.uncompared > 0) item(counted(report.uncompared, "part") + " of the change not compared");
    if (report.exhausted > 0) item(counted(report.exhausted, "question") + " beyond the budget");
    std::size_t number = 0;
    for (const auto& one : report.findings) {
        ++number;
        if (one.check == "unchecked-flow" || one.check == "unparsed-line" || one.check == "unmodelled-condition" ||
            one.check == "uncompared-change" || one.check == "beyond-budget" || one.check == "unknown-outside")
            item(fmt::format("<a href=\"#finding-{}\">{}</a>", number, in_markup(one.message)));
    }
    // What stays unknown on both sides of a change stands among what its comparison rests on.
    const bool change = report.command == "diff";
    const std::string_view nothing =
        !change                      ? "Nothing: every statement was understood and every required flow was decided."
        : report.assumptions.empty() ? "Nothing: every part of the change was compared."
                                     : "Every part of the change was compared, as far as what follows allows.";
    text += items.empty() ? fmt::format("<p>{}</p>\n", nothing) : "<ul>\n" + items + "</ul>\n";
    if (report.assumptions.empty()) return text;
    text += change ? "<h3>What the comparison assumes and leaves open</h3>\n<ul>\n"
                   : "<h3>What the verdicts assume</h3>\n<ul>\n";
    for (const auto& assumption : report.assumptions) text += fmt::format("<li>{}</li>\n", in_markup(assumption));
    text += "</ul>\n";
    return text;
}

std::string basis_section(const Report& report) {
    std::string text = "<h2 id=\"basis\">What this rests on</h2>\n";
    if (!report.files.empty()) {
        text +=
            "<h3>Files</h3>\n<div class=\"wide\"><table class=\"files\"><thead><tr><th>file</th><th>use</th><th "
            "class=\"number\">bytes</th><th>SHA-256</th></tr></thead><tbody>\n";
        for (const auto& file : report.files)
            text += fmt::format(
                "<tr><td><code>{}</code></td><td>{}</td><td class=\"number\">{}</td><td "
                "class=\"digest\"><code>{}</code></td></tr>\n",
                in_markup(file.name), in_markup(file.use), file.bytes, in_markup(file.sha256));
        text += "</tbody></table></div>\n";
    }
    if (!report.inputs.empty()) {
        text +=
            "<h3>Exports as they were read</h3>\n<div "
            "class=\"wide\"><table><thead><tr><th>export</th><th>format</th><th>device</th><th "
            "class=\"number\">rules</th><th class=\"number\">conditional</th><th class=\"number\">not "
            "understood</th></tr></thead><tbody>\n";
        for (const auto& input : report.inputs)
            text += fmt::format(
                "<tr><td><code>{}</code></td><td>{}</td><td>{}</td><td class=\"number\">{}</td><td "
                "class=\"number\">{}</td><td class=\"number\">{}</td></tr>\n",
                in_markup(input.name), in_markup(input.vendor), in_markup(input.device), input.rules, input.conditional,
                input.not_understood);
        text += "</tbody></table></div>\n";
    }
    std::vector<std::string> documents;
    const auto cite = [&](const std::optional<Citation>& citation) {
        if (citation && std::find(documents.begin(), documents.end(), citation->document) == documents.end())
            documents.push_back(citation->document);
    };
    for (const auto& one : report.findings) cite(one.citation);
    for (const auto& one : report.flows) cite(one.citation);
    if (!documents.empty()) text += "<h3>Documents cited</h3>\n<p>" + list(documents) + "</p>\n";
    return text;
}

}  // namespace fwproof::report::html
