// A diff for a terminal.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cli/diff_report.hpp"
#include "cli/policies.hpp"
#include "fwproof/base/notation.hpp"
#include "fwproof/base/printable.hpp"

namespace fwproof::cli {

namespace {

class Writer {
public:
    void line(int depth, std::string_view text) { text_ += fmt::format("{:{}}{}\n", "", depth * 2, text); }
    void entry(int depth, std::string_view label, std::string_view text) {
        text_ += fmt::format("{:{}}{:<10}{}\n", "", depth * 2, label, text);
    }
    void gap() {
        if (!text_.empty()) text_ += "\n";
    }
    std::string take() { return std::move(text_); }

private:
    std::string text_;
};

void decider(Writer& out, std::string_view label, const Policy& policy, const ChangedRegion& region, Verdict verdict,
             const std::optional<DecidingRule>& by) {
    if (!by) return out.entry(3, label, fmt::format("{}: {}", to_string(verdict), nobody_decides(region, verdict)));
    const SourceSpan span = rule_span(policy, by->rule);
    const Rule* rule = rule_at(policy, by->rule);
    std::string text = fmt::format("{}: {}", to_string(verdict), rule_name(policy, by->rule));
    if (rule && rule->implicit) text += " (implicit)";
    if (!by->surely) text += ", if it matches";
    if (span) text += fmt::format(" ({})", place(span));
    out.entry(3, label, text);
    if (span) out.entry(3, "", statement(span));
    if (rule && !by->surely) {
        for (const auto& condition : rule->match.conditions) {
            out.entry(3, "", fmt::format("depends on {} {}", to_string(condition.kind), printable(condition.value)));
        }
    }
}

void region_text(Writer& out, const DeviceDiff& device, const ObjectNames& names, const ChangedRegion& region) {
    std::string label = fmt::format("{:<16}", to_string(region.direction));
    const std::string blank(label.size(), ' ');
    const auto packets = [&](std::string_view text) {
        out.line(2, fmt::format("{} {}", label, text));
        label = blank;
    };
    for (const auto& product : region.first_packets) packets(printable(to_text(product, names)));
    if (region.also.bits() != 0) packets(also_sentence(region.also));
    for (const auto& product : region.others) packets(printable(to_exact_text(product, names)));
    if (!region.complete) packets("and more");
    if (region.direction == Direction::still_unknown) packets("on other conditions than before");
    decider(out, "before", *device.before, region, region.before, region.before_by);
    decider(out, "after", *device.after, region, region.after, region.after_by);
    std::set<std::string> named;
    if (region.one_of) out.entry(3, "because", "of one or more of these edits:");
    for (std::size_t i = 0; i < region.because.size(); ++i) {
        const auto& [added, span] = region.because[i];
        std::string text = fmt::format("{} {}  ({})", added ? '+' : '-', statement(span), place(span));
        for (const auto& object : region.objects) {
            const bool here =
                std::find(object.lines.begin(), object.lines.end(), region.because[i]) != object.lines.end();
            if (here && named.insert(object.name).second) text += fmt::format("  in {}", printable(object.name));
        }
        out.entry(3, i == 0 && !region.one_of ? "because" : "", text);
    }
    const LineEdits& lines = device.review.lines;
    if (region.because.empty() && lines.removed.size() + lines.added.size() > 0)
        out.entry(3, "because",
                  fmt::format("of one or more of the {} edited lines; which was not found",
                              lines.removed.size() + lines.added.size()));
    if (region.witness) out.entry(3, "witness", printable(to_string(*region.witness)));
}

void device_text(Writer& out, const DeviceDiff& device) {
    const Review& review = device.review;
    const ObjectNames names = names_of(device);
    for (const auto& part : review.not_compared) out.line(1, "not compared: " + printable(part));
    for (const auto& path : review.paths) {
        const std::string name = path_name(path.after ? *path.after : *path.before);
        if (!path.not_compared.empty()) {
            out.line(1, fmt::format("{}: not compared: {}", printable(name), printable(path.not_compared)));
            continue;
        }
        if (path.regions.empty() && path.complete && path.replies_lost.empty() && path.replies_gained.empty()) {
            out.line(1, fmt::format("{}: {}", printable(name), same_words(device, path)));
            continue;
        }
        out.line(1, fmt::format("{}:", printable(name)));
        for (const auto& region : path.regions) region_text(out, device, names, region);
        for (const auto& product : path.replies_lost) {
            out.line(2, fmt::format("{:<16} {}", "replies lost", printable(to_exact_text(product, names))));
        }
        for (const auto& product : path.replies_gained) {
            out.line(2, fmt::format("{:<16} {}", "replies gained", printable(to_exact_text(product, names))));
        }
        if (!path.complete)
            out.line(2, "not decided: the comparison ran out of its budget; there may be more differences");
    }
    for (const auto& change : review.logging) {
        const Policy& policy = change.after ? *device.after : *device.before;
        const RuleRef& ref = change.after ? *change.after : *change.before;
        const SourceSpan span = rule_span(policy, ref);
        out.line(1, fmt::format("logging {}: {}{}", change.lost ? "lost" : "gained", rule_name(policy, ref),
                                span ? fmt::format(" ({})", place(span)) : ""));
    }
    for (const auto& aside : aside_texts(device)) {
        const SourceSpan span = rule_span(*aside.policy, aside.rule);
        out.line(1, fmt::format("{} {}: {}{}", aside.what,
                                aside.lost     ? "lost"
                                : aside.gained ? "gained"
                                               : "differs",
                                rule_name(*aside.policy, aside.rule), span ? fmt::format(" ({})", place(span)) : ""));
    }
    for (const auto& setting : device.settings) out.line(1, "setting " + printable(setting.text));
    for (const auto& text : assumed_texts(review)) out.line(1, printable(text));
    if (const std::string edits = edits_sentence(review); !edits.empty()) out.line(1, edits);
    for (const auto& limit : review.limits) out.line(1, "note: " + printable(limit));
}

void file_text(Writer& out, const FileDiff& file) {
    using Kind = FileDiff::Kind;
    const std::string name = printable(file.path);
    if (file.kind == Kind::added)
        return out.line(0, fmt::format("{}: added; there is nothing to compare it with", name));
    if (file.kind == Kind::removed)
        return out.line(0, fmt::format("{}: removed; nothing says what stands in its place", name));
    if (file.kind == Kind::unreadable)
        return out.line(0, fmt::format("{}: not compared: {}", name, printable(file.problem)));
    for (const auto& device : file.devices) {
        std::string title = name;
        if (!file.renamed_from.empty()) title += fmt::format(" (renamed from {})", printable(file.renamed_from));
        const std::string before = policy_title(*device.before), after = policy_title(*device.after);
        title += fmt::format(": {}", before == after ? after : before + " -> " + after);
        if (device.review.effect != Effect::unchanged) title += fmt::format(": {}", to_string(device.review.effect));
        out.line(0, title);
        device_text(out, device);
    }
}

void required_text(Writer& out, const RequiredDiff& required) {
    out.gap();
    out.line(0, fmt::format("required flows of {}: {} of {} satisfied before, {} after", printable(required.path),
                            required.satisfied_before, required.required, required.satisfied_after));
    for (const auto& change : required.changes) {
        out.line(1, fmt::format("{:<7} {}: {} before, {} after", change.lost ? "lost" : "mended",
                                printable(change.flow), change.before, change.after));
    }
    for (const auto& lapse : required.lapses) {
        out.line(1, fmt::format("waiver no longer covers [{}] {} (it was waived: {})", lapse.finding.check,
                                printable(lapse.finding.message), printable(lapse.reason)));
    }
}

// One line a finding, as compilers print them.
void findings_text(Writer& out, const Report& checked) {
    if (!checked.findings.empty()) out.gap();
    for (const auto& finding : checked.findings) {
        std::string where = printable(finding.file);
        if (finding.span) where += fmt::format(":{}:{}", finding.span.line(), finding.span.column());
        out.line(0, fmt::format("{}{}{}[{}]: {}{}", where, where.empty() ? "" : ": ", to_string(finding.severity),
                                finding.check, printable(finding.message),
                                finding.waived_by.empty() ? "" : " (waived: " + printable(finding.waived_by) + ")"));
    }
    if (checked.known && !checked.known->empty())
        out.line(0, short_count(checked.known->size(), "finding") + " in the baseline");
}

}  // namespace

std::string diff_text(const DiffReport& report, const Report* checked) {
    Writer out;
    out.line(0, headline(report));
    for (const auto& file : report.files) {
        out.gap();
        file_text(out, file);
    }
    if (report.required) required_text(out, *report.required);
    if (checked) findings_text(out, *checked);
    out.gap();
    std::string counts;
    for (const auto direction : {Direction::newly_permitted, Direction::newly_denied, Direction::became_unknown,
                                 Direction::became_known, Direction::still_unknown}) {
        const std::size_t count = report.count(direction);
        if (count > 0)
            counts +=
                fmt::format("{}{} {}{}", counts.empty() ? "" : ", ", short_count(count, "region"), to_string(direction),
                            direction == Direction::still_unknown ? " on other conditions" : "");
    }
    if (counts.empty()) counts = report.complete() ? "no region differs" : "no region is known to differ";
    const auto count = [&](FileDiff::Kind kind) {
        return static_cast<std::size_t>(
            std::count_if(report.files.begin(), report.files.end(), [&](const FileDiff& f) { return f.kind == kind; }));
    };
    std::string files;
    if (!report.single) {
        files = fmt::format("; {} changed, {} added, {} removed, {} the same", count(FileDiff::Kind::changed),
                            count(FileDiff::Kind::added), count(FileDiff::Kind::removed), report.same);
    }
    out.line(0, counts + files);
    return out.take();
}

}  // namespace fwproof::cli
