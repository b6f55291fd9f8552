#include "report/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

#include "fwproof/base/secrets.hpp"

namespace fwproof::report {

std::string counted(std::size_t count, std::string_view noun) {
    if (count == 0) return fmt::format("no {}", noun);
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string place(const std::string& file, const SourceSpan& span) {
    if (!span) return file;
    return fmt::format("{}:{}:{}", file.empty() ? span.source->name() : file, span.line(), span.column());
}

namespace {

// Without "." and "..", as a URI is compared (RFC 3986, 5.2.4).
std::string plain_path(std::string_view path) {
    std::vector<std::string_view> parts;
    const bool rooted = path.starts_with('/');
    while (!path.empty()) {
        const std::string_view part = path.substr(0, path.find('/'));
        path.remove_prefix(std::min(part.size() + 1, path.size()));
        if (part.empty() || part == ".") continue;
        const bool below = !parts.empty() && parts.back() != "..";
        if (part == ".." && below) {
            parts.pop_back();
        } else if (part != ".." || !rooted) {
            parts.push_back(part);
        }
    }
    return (rooted ? "/" : "") + fmt::format("{}", fmt::join(parts, "/"));
}

}  // namespace

std::string uri_of(std::string_view name) {
    const std::string path = plain_path(name);
    static constexpr std::string_view kPlain = "-._~/";
    std::string text = path.starts_with('/') ? "file://" : "";
    for (const char c : path) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           kPlain.find(c) != std::string_view::npos;
        text += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return text;
}

std::string citation_text(const Citation& citation) {
    std::string text = citation.document;
    if (!citation.section.empty()) text += ", " + citation.section;
    if (!citation.row.empty()) {
        const bool number = citation.row.find_first_not_of("0123456789") == std::string::npos;
        text += (number ? ", row " : ", ") + citation.row;
    }
    if (citation.line != 0) text += fmt::format(" (line {})", citation.line);
    return text;
}

std::string catalog_entry(const Finding& finding) {
    if (finding.catalog.empty()) return {};
    std::string text = finding.catalog;
    if (!finding.flow.empty()) text += " " + finding.flow;
    if (!finding.service.empty()) text += "/" + finding.service;
    return text;
}

std::string quoted_line(const SourceSpan& span, std::size_t most) {
    const std::string shown = shown_line(span);
    std::string_view line = shown;
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    line = line.substr(0, line.find_last_not_of(" \t\r") + 1);
    if (line.size() <= most) return printable(line);
    while (most > 0 && (static_cast<unsigned char>(line[most]) & 0xc0) == 0x80) --most;
    return printable(line.substr(0, most)) + "...";
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

std::string file_of(const Finding& finding, const Report& report) {
    std::string_view name = finding.file;
    if (name.empty() && finding.span) name = finding.span.source->name();
    for (const auto& file : report.files) {
        if (name.empty() && file.use == "site") name = file.name;
    }
    if (name.empty() && !report.inputs.empty()) name = report.inputs.front().name;
    while (name.starts_with("./")) name.remove_prefix(2);
    return std::string(name);
}

std::string more(std::size_t errors, std::size_t warnings, std::size_t notes) {
    std::string text;
    const auto add = [&](std::size_t count, std::string_view noun) {
        if (count > 0)
            text += fmt::format("{}{} more {}{}", text.empty() ? "" : ", ", count, noun, count == 1 ? "" : "s");
    };
    add(errors, "error");
    add(warnings, "warning");
    add(notes, "note");
    return text;
}

std::string summary_line(const Report& report) {
    std::string text = fmt::format("{}, {}, {}", counted(report.errors, "error"), counted(report.warnings, "warning"),
                                   counted(report.notes, "note"));
    if (report.waived > 0) text += fmt::format(", {} waived", report.waived);
    if (report.known) text += fmt::format(", {} in the baseline", report.known->size());
    if (report.required > 0 || report.unchecked > 0) {
        text += fmt::format("; {} of {} satisfied", report.satisfied, counted(report.required, "required flow"));
        if (report.undecided > 0) text += fmt::format(", {} undecided", report.undecided);
        if (report.unchecked > 0) text += fmt::format(", {} unchecked", report.unchecked);
    }
    if (report.exhausted > 0) text += fmt::format("; {} beyond the budget", counted(report.exhausted, "question"));
    if (report.uncompared > 0) text += fmt::format("; {} not compared", counted(report.uncompared, "part"));
    std::set<std::string_view> in_doubt;
    for (const auto& one : report.unassessed) in_doubt.insert(one.file);
    if (!in_doubt.empty())
        text += fmt::format("; openings from outside not judged in {}", counted(in_doubt.size(), "export"));
    std::size_t rules = 0, conditional = 0, not_understood = 0;
    for (const auto& input : report.inputs) {
        rules += input.rules;
        conditional += input.conditional;
        not_understood += input.not_understood;
    }
    text += fmt::format("; {}, {}, ", counted(report.inputs.size(), "export"), counted(rules, "rule"));
    if (conditional > 0) text += fmt::format("{} of them conditional, ", conditional);
    text +=
        not_understood == 0 ? "every statement understood" : counted(not_understood, "statement") + " not understood";
    return text;
}

}  // namespace fwproof::report
