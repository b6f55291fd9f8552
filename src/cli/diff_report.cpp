#include "cli/diff_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "cli/policies.hpp"
#include "fwproof/base/printable.hpp"

namespace fwproof::cli {

namespace {

template <class Test>
bool any_review(const DiffReport& report, const Test& test) {
    return std::any_of(report.files.begin(), report.files.end(), [&](const FileDiff& file) {
        return std::any_of(file.devices.begin(), file.devices.end(),
                           [&](const DeviceDiff& device) { return test(device.review); });
    });
}

constexpr std::string_view kEdgeTraversal = "edge traversal";

}  // namespace

bool edge_differs(const DeviceDiff& device) {
    const auto asides = aside_texts(device);
    return std::any_of(asides.begin(), asides.end(), [](const AsideText& text) { return text.what == kEdgeTraversal; });
}

bool FileDiff::unchanged() const {
    const auto path_is = [](const PathReview& on) {
        return on.not_compared.empty() && on.complete && on.regions.empty() && on.replies_lost.empty() &&
               on.replies_gained.empty();
    };
    return kind == Kind::changed && std::all_of(devices.begin(), devices.end(), [&](const DeviceDiff& device) {
               const Review& review = device.review;
               return device.settings.empty() && review.not_compared.empty() && review.asides.empty() &&
                      review.assumed.empty() && std::all_of(review.paths.begin(), review.paths.end(), path_is);
           });
}

Effect DiffReport::effect() const {
    const bool wider =
        any_review(*this, [](const Review& r) { return r.effect == Effect::widened || r.effect == Effect::both; });
    const bool narrower =
        any_review(*this, [](const Review& r) { return r.effect == Effect::narrowed || r.effect == Effect::both; });
    return wider && narrower ? Effect::both : wider ? Effect::widened : narrower ? Effect::narrowed : Effect::unchanged;
}

bool DiffReport::complete() const {
    return !any_review(*this, [](const Review& r) { return !r.complete(); }) &&
           std::none_of(files.begin(), files.end(),
                        [](const FileDiff& file) { return file.kind == FileDiff::Kind::unreadable; });
}

bool DiffReport::same_flows() const {
    return complete() && std::all_of(files.begin(), files.end(), [](const FileDiff& file) {
               return file.kind == FileDiff::Kind::changed &&
                      std::all_of(file.devices.begin(), file.devices.end(),
                                  [](const DeviceDiff& device) { return device.same() && !edge_differs(device); });
           });
}

std::size_t DiffReport::count(Direction direction) const {
    std::size_t count = 0;
    for (const auto& file : files) {
        for (const auto& device : file.devices) {
            for (const auto& path : device.review.paths) {
                count += static_cast<std::size_t>(
                    std::count_if(path.regions.begin(), path.regions.end(),
                                  [&](const ChangedRegion& region) { return region.direction == direction; }));
            }
        }
    }
    return count;
}

std::string short_count(std::size_t count, std::string_view thing) {
    if (count == 0) return fmt::format("no {}", thing);
    return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

ObjectNames names_of(const DeviceDiff& device) {
    ObjectNames names(*device.after);
    names.add(*device.before);
    return names;
}

std::string headline(const DiffReport& report) {
    const Effect effect = report.effect();
    const bool moved = std::any_of(report.files.begin(), report.files.end(), [](const FileDiff& file) {
        return file.kind == FileDiff::Kind::added || file.kind == FileDiff::Kind::removed;
    });
    if (effect != Effect::unchanged) {
        std::string text(to_string(effect));
        if (!report.complete()) text += "; the list of differences is not complete";
        if (moved) text += "; exports were added or removed";
        return text;
    }
    if (!report.complete()) return "not decided: a part could not be compared";
    if (report.files.empty()) return "unchanged: no export differs";
    if (moved) return "not decided: exports were added or removed; nothing differs where both versions have a policy";
    std::string flows = "flows";
    for (const auto& file : report.files) {
        for (const auto& device : file.devices) {
            if (device.review.only) flows = fmt::format("{} flows", family_name(*device.review.only));
        }
    }
    if (report.same_flows()) return fmt::format("unchanged: both versions permit exactly the same {}", flows);
    const bool one_sided = any_review(report, [](const Review& review) {
        return std::any_of(review.paths.begin(), review.paths.end(),
                           [](const PathReview& path) { return !path.not_compared.empty(); });
    });
    const bool open = any_review(report, [](const Review& review) {
        return std::any_of(review.paths.begin(), review.paths.end(),
                           [](const PathReview& path) { return path.undecided; });
    });
    if (open) return "unchanged: no verdict differs, but some packets are unknown in both versions";
    if (one_sided) {
        return fmt::format("unchanged on every path that both versions have: they permit exactly the same {} there",
                           flows);
    }
    const bool settings = std::any_of(report.files.begin(), report.files.end(), [](const FileDiff& file) {
        return std::any_of(file.devices.begin(), file.devices.end(),
                           [](const DeviceDiff& device) { return !device.settings.empty(); });
    });
    const bool edge = std::any_of(report.files.begin(), report.files.end(), [](const FileDiff& file) {
        return std::any_of(file.devices.begin(), file.devices.end(), edge_differs);
    });
    if (edge) return "unchanged: no verdict differs but for what comes through a tunnel (edge traversal)";
    if (settings) return "unchanged: no verdict differs by what was read, but settings do";
    if (any_review(report, [](const Review& review) { return !review.assumed.empty(); }))
        return "unchanged: no verdict differs by what each version assumes, but that differs";
    return "unchanged: no verdict differs";
}

std::vector<AsideText> aside_texts(const DeviceDiff& device) {
    std::vector<AsideText> texts;
    using Told = std::tuple<std::string, bool, bool, decltype(SourceSpan::source), decltype(SourceSpan::offset)>;
    std::set<Told> all_told;
    std::set<decltype(SourceSpan::offset)> edges;
    for (const auto& change : device.review.asides) {
        AsideText text;
        text.policy = change.after ? device.after : device.before;
        text.rule = change.after ? *change.after : *change.before;
        text.lost = !change.after;
        text.gained = !change.before;
        const Rule* rule = rule_at(*text.policy, text.rule);
        if (!rule) continue;
        const Rule* was = change.before ? rule_at(*device.before, *change.before) : nullptr;
        if (was && change.after && was->traits.has(Trait::edge_traversal) != rule->traits.has(Trait::edge_traversal)) {
            text.what = kEdgeTraversal;
            (rule->traits.has(Trait::edge_traversal) ? text.gained : text.lost) = true;
            // One statement stands in the list of every profile.
            if (edges.insert(rule->span.offset).second) texts.push_back(std::move(text));
            continue;
        }
        if (const auto* translate = std::get_if<Translate>(&rule->action)) {
            text.what = translate->source.changes() ? "source translation" : "destination translation";
        } else if (const auto* set = std::get_if<SetRegister>(&rule->action)) {
            text.what = set->target == Register::disposition ? "connection tracking" : "mark";
        } else if (const auto* decide = std::get_if<Decide>(&rule->action)) {
            text.what = decide->verdict == Verdict::unknown ? "program that is asked" : "answer to what is denied";
        } else {
            text.what = "effect on packets";
        }
        // Nor is a statement that stands at several places told more than once.
        const SourceSpan span = rule->span;
        const bool told =
            span && !all_told.insert({text.what, text.lost, text.gained, span.source, span.offset}).second;
        if (!told) texts.push_back(std::move(text));
    }
    return texts;
}

bool DeviceDiff::settings_differ_on(const PathReview& path) const {
    const std::string& variant = (path.after ? *path.after : *path.before).variant;
    return std::any_of(settings.begin(), settings.end(), [&](const ChangedSetting& setting) {
        return setting.variant.empty() || variant.empty() || setting.variant == variant;
    });
}

std::string same_words(const DeviceDiff& device, const PathReview& path) {
    if (path.undecided) return "no verdict differs; some packets are unknown in both versions";
    const bool inbound = (path.after ? *path.after : *path.before).position == Position::inbound;
    if (inbound && edge_differs(device))
        return "no verdict differs but for what comes through a tunnel (edge traversal)";
    if (device.settings_differ_on(path)) return "no verdict differs by what was read, but settings do";
    if (!device.review.assumed.empty()) return "no verdict differs by what each version assumes, but that differs";
    const auto& only = device.review.only;
    return fmt::format("permits exactly the same {}flows",
                       only ? fmt::format("{} ", family_name(*only)) : std::string());
}

std::string_view nobody_decides(const ChangedRegion& region, Verdict verdict) {
    if (verdict == Verdict::permit) return "what passes every stage is permitted";
    if (region.alone && verdict == Verdict::deny)
        return "such packets do not come here: no interface or address of this version takes them";
    return "no single rule decides";
}

std::vector<std::string> assumed_texts(const Review& review) {
    std::vector<std::string> texts;
    for (const auto& [sentence, after] : review.assumed)
        texts.push_back(fmt::format("assumed only {}: {}", after ? "after" : "before", sentence));
    return texts;
}

std::string edits_sentence(const Review& review) {
    const std::size_t all = review.lines.removed.size() + review.lines.added.size();
    if (all == 0) return {};
    std::string text = fmt::format("{} edited ({} removed, {} added)", short_count(all, "line"),
                                   review.lines.removed.size(), review.lines.added.size());
    const std::size_t effective = std::min(all, review.effective_lines);
    const std::size_t logging = std::min(all - effective, review.logging_lines);
    const bool open = std::any_of(review.paths.begin(), review.paths.end(), [](const PathReview& path) {
        return std::any_of(path.regions.begin(), path.regions.end(),
                           [](const ChangedRegion& region) { return region.direction == Direction::still_unknown; });
    });
    const bool regions = std::any_of(review.paths.begin(), review.paths.end(),
                                     [](const PathReview& path) { return !path.regions.empty(); });
    const bool unclear = std::any_of(review.paths.begin(), review.paths.end(), [](const PathReview& path) {
        return std::any_of(path.regions.begin(), path.regions.end(),
                           [](const ChangedRegion& region) { return region.one_of || region.because.empty(); });
    });
    const bool replies = std::any_of(review.paths.begin(), review.paths.end(), [](const PathReview& path) {
        return !path.replies_lost.empty() || !path.replies_gained.empty();
    });
    text += effective == 0
                ? (regions   ? ": which of them change verdicts was not found"
                   : replies ? ": some change which replies get back"
                             : ": none changes a verdict")
                : fmt::format(": {} of them change verdicts{}", effective, open ? " or what they depend on" : "");
    if (logging > 0) text += fmt::format(", {} only what is logged", logging);
    const std::size_t aside = std::min(all - effective - logging, review.aside_lines);
    if (aside > 0) text += fmt::format(", {} only what rules do beside deciding", aside);
    if (const std::size_t rest = all - effective - logging - aside; rest > 0 && !replies && !unclear)
        text += fmt::format(", {} without effect", rest);
    return text;
}

}  // namespace fwproof::cli
