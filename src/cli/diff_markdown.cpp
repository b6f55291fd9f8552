// A diff for a pull request or a change ticket: the verdict first, then tables.
#include <fmt/format.h>

#include <cctype>

#include "cli/diff_report.hpp"
#include "cli/policies.hpp"
#include "fwproof/base/notation.hpp"
#include "fwproof/base/printable.hpp"

namespace fwproof::cli {

namespace {

// Text of an export in a cell of a table: nothing in it may end the cell or become markup.
std::string cell(std::string_view text) {
    constexpr std::string_view kPlain = " .,:/-+=%;{}\"'";
    std::string out;
    const std::string safe = printable(text);
    for (std::size_t i = 0; i < safe.size(); ++i) {
        const auto c = static_cast<unsigned char>(safe[i]);
        const bool letter = c >= 0x80 || std::isalnum(c) != 0;
        const bool address = c == ':' && safe.substr(i + 1).starts_with("//");  // would become a link
        if (letter || (kPlain.find(safe[i]) != std::string_view::npos && !address)) {
            out += safe[i];
        } else {
            out += fmt::format("&#{};", c);
        }
    }
    return out;
}

std::string code(std::string_view text) { return text.empty() ? "" : "<code>" + cell(text) + "</code>"; }

std::string decider_cell(const Policy& policy, const ChangedRegion& region, Verdict verdict,
                         const std::optional<DecidingRule>& by) {
    if (!by && region.alone) return fmt::format("{}: {}", to_string(verdict), nobody_decides(region, verdict));
    if (!by) return std::string(to_string(verdict));
    const SourceSpan span = rule_span(policy, by->rule);
    std::string text = fmt::format("{}: {}{}", to_string(verdict), cell(rule_name(policy, by->rule)),
                                   by->surely ? "" : ", if it matches");
    if (span) text += fmt::format("<br>{}<br>{}", cell(place(span)), code(statement(span)));
    return text;
}

std::string region_row(const DeviceDiff& device, const ObjectNames& names, const std::string& path,
                       const ChangedRegion& region) {
    std::string packets;
    const auto add = [&](const std::string& html) { packets += (packets.empty() ? "" : "<br>") + html; };
    for (const auto& product : region.first_packets) add(code(to_text(product, names)));
    if (region.also.bits() != 0) add(also_sentence(region.also));
    for (const auto& product : region.others) add(code(to_exact_text(product, names)));
    if (!region.complete) add("and more");
    if (region.direction == Direction::still_unknown) add("on other conditions than before");
    std::string because;
    const LineEdits& lines = device.review.lines;
    if (region.because.empty() && lines.removed.size() + lines.added.size() > 0)
        because = "which of the edited lines was not found";
    if (region.one_of) because = "one or more of these edits:";
    for (const auto& [added, span] : region.because) {
        because += fmt::format("{}{} {}<br>{}", because.empty() ? "" : "<br>", added ? "added" : "removed",
                               cell(place(span)), code(statement(span)));
    }
    for (const auto& object : region.objects)
        because += (&object == &region.objects.front() ? "<br>in " : ", ") + code(object.name);
    return fmt::format("| {} | **{}** | {} | {} | {} | {} | {} |\n", cell(path), to_string(region.direction), packets,
                       decider_cell(*device.before, region, region.before, region.before_by),
                       decider_cell(*device.after, region, region.after, region.after_by), because,
                       region.witness ? code(to_string(*region.witness)) : "");
}

std::string device_section(const FileDiff& file, const DeviceDiff& device) {
    const Review& review = device.review;
    const ObjectNames names = names_of(device);
    std::string text = fmt::format("### {}: {}\n\n", code(file.path), to_string(review.effect));
    if (!file.renamed_from.empty()) text += fmt::format("Renamed from {}.\n\n", code(file.renamed_from));
    std::string rows, remarks;
    for (const auto& part : review.not_compared) remarks += fmt::format("- not compared: {}\n", cell(part));
    for (const auto& path : review.paths) {
        const std::string name = path_name(path.after ? *path.after : *path.before);
        for (const auto& region : path.regions) rows += region_row(device, names, name, region);
        if (!path.not_compared.empty()) {
            remarks += fmt::format("- {}: not compared: {}\n", cell(name), cell(path.not_compared));
        } else if (path.regions.empty() && path.complete && path.replies_lost.empty()) {
            remarks += fmt::format("- {}: {}\n", cell(name), same_words(device, path));
        }
        for (const auto& product : path.replies_lost) {
            remarks += fmt::format("- {}: replies lost: {}\n", cell(name), code(to_exact_string(product)));
        }
        for (const auto& product : path.replies_gained) {
            remarks += fmt::format("- {}: replies gained: {}\n", cell(name), code(to_exact_string(product)));
        }
        if (path.not_compared.empty() && !path.complete) {
            remarks += fmt::format("- {}: not decided: there may be more differences\n", cell(name));
        }
    }
    if (!rows.empty()) {
        text += "| path | change | packets | before | after | because of | witness |\n|---|---|---|---|---|---|---|\n" +
                rows + "\n";
    }
    for (const auto& change : review.logging) {
        const Policy& policy = change.after ? *device.after : *device.before;
        const RuleRef& ref = change.after ? *change.after : *change.before;
        remarks += fmt::format("- logging {}: {}, {}\n", change.lost ? "lost" : "gained", cell(rule_name(policy, ref)),
                               cell(place(rule_span(policy, ref))));
    }
    for (const auto& aside : aside_texts(device)) {
        remarks +=
            fmt::format("- {} {}: {}, {}\n", aside.what,
                        aside.lost     ? "lost"
                        : aside.gained ? "gained"
                                       : "differs",
                        cell(rule_name(*aside.policy, aside.rule)), cell(place(rule_span(*aside.policy, aside.rule))));
    }
    for (const auto& setting : device.settings) remarks += "- setting " + cell(setting.text) + "\n";
    for (const auto& assumed : assumed_texts(review)) remarks += "- " + cell(assumed) + "\n";
    if (const std::string edits = edits_sentence(review); !edits.empty()) remarks += "- " + edits + "\n";
    for (const auto& limit : review.limits) remarks += "- note: " + cell(limit) + "\n";
    return text + remarks + "\n";
}

std::string required_section(const RequiredDiff& required) {
    std::string text =
        fmt::format("### Required flows of {}\n\n{} of {} satisfied before, {} after.\n\n", code(required.path),
                    required.satisfied_before, required.required, required.satisfied_after);
    if (!required.changes.empty()) {
        text += "| | flow | before | after |\n|---|---|---|---|\n";
        for (const auto& change : required.changes) {
            text += fmt::format("| **{}** | {} | {} | {} |\n", change.lost ? "lost" : "mended", cell(change.flow),
                                change.before, change.after);
        }
        text += "\n";
    }
    for (const auto& lapse : required.lapses) {
        text += fmt::format("- waiver no longer covers {}: {} (it was waived: {})\n", cell(lapse.finding.check),
                            cell(lapse.finding.message), cell(lapse.reason));
    }
    return text + (required.lapses.empty() ? "" : "\n");
}

std::string findings_section(const Report& checked) {
    if (checked.findings.empty()) return {};
    std::string text = "### Findings\n\n";
    for (const auto& finding : checked.findings) {
        std::string where = printable(finding.file);
        if (finding.span) where += fmt::format(":{}", finding.span.line());
        text +=
            fmt::format("- **{}** {}: {} ({}){}\n", to_string(finding.severity), finding.check, cell(finding.message),
                        cell(where), finding.waived_by.empty() ? "" : ", waived: " + cell(finding.waived_by));
    }
    return text + "\n";
}

}  // namespace

std::string diff_markdown(const DiffReport& report, const Report& checked) {
    std::string text = fmt::format("## Firewall change: {}\n\n", cell(headline(report)));
    text += "| newly permitted | newly denied | became unknown | became known | still unknown, on other conditions |\n";
    text += "|---|---|---|---|---|\n";
    text += fmt::format("| {} | {} | {} | {} | {} |\n\n", report.count(Direction::newly_permitted),
                        report.count(Direction::newly_denied), report.count(Direction::became_unknown),
                        report.count(Direction::became_known), report.count(Direction::still_unknown));
    for (const auto& file : report.files) {
        switch (file.kind) {
            case FileDiff::Kind::added:
                text += fmt::format("### {}: added\n\nThere is nothing to compare it with.\n\n", code(file.path));
                break;
            case FileDiff::Kind::removed:
                text += fmt::format("### {}: removed\n\nNothing says what stands in its place.\n\n", code(file.path));
                break;
            case FileDiff::Kind::unreadable:
                text += fmt::format("### {}: not compared\n\n{}\n\n", code(file.path), cell(file.problem));
                break;
            case FileDiff::Kind::changed:
                for (const auto& device : file.devices) text += device_section(file, device);
                break;
        }
    }
    if (report.required) text += required_section(*report.required);
    text += findings_section(checked);
    text += fmt::format("To reproduce:\n\n    {}\n", printable(report.command));
    return text;
}

}  // namespace fwproof::cli
