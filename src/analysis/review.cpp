// Paths are paired by position and variant, compared one by one, and each difference is printed as few words as hold
// for it (plain.hpp) and traced back to an edit (blame.hpp). review_questions.hpp says which packets are asked about,
// review_replies.hpp what becomes of replies.
#include "fwproof/analysis/review.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "analysis/assumed.hpp"
#include "analysis/blame.hpp"
#include "analysis/compare_alone.hpp"
#include "analysis/compare_routes.hpp"
#include "analysis/interface_names.hpp"
#include "analysis/leaves_open.hpp"
#include "analysis/merge_regions.hpp"
#include "analysis/review_questions.hpp"
#include "analysis/review_replies.hpp"
#include "analysis/review_sum.hpp"
#include "analysis/same_names.hpp"
#include "analysis/sent_elsewhere.hpp"
#include "fwproof/analysis/plain.hpp"

namespace fwproof {

std::string_view to_string(Effect effect) {
    switch (effect) {
        case Effect::unchanged: return "unchanged";
        case Effect::narrowed: return "narrowed";
        case Effect::widened: return "widened";
        case Effect::both: return "widened and narrowed";
    }
    return "widened and narrowed";
}

void sum_up(Review& review) {
    bool wider = false, narrower = false;
    std::vector<EditedLine> effective;
    for (const auto& path : review.paths) {
        for (const auto& region : path.regions) {
            wider = wider || region.widens;
            narrower = narrower || region.narrows;
            for (const auto& line : region.one_of ? std::vector<EditedLine>() : region.because) {
                if (std::find(effective.begin(), effective.end(), line) == effective.end()) effective.push_back(line);
            }
        }
        narrower = narrower || !path.replies_lost.empty();
        wider = wider || !path.replies_gained.empty();
    }
    review.effective_lines = effective.size();
    review.effect = wider && narrower ? Effect::both
                    : wider           ? Effect::widened
                    : narrower        ? Effect::narrowed
                                      : Effect::unchanged;
}

bool Review::complete() const {
    return not_compared.empty() &&
           std::all_of(paths.begin(), paths.end(), [](const PathReview& path) { return path.complete; });
}

bool Review::same() const {
    return !paths.empty() && not_compared.empty() && assumed.empty() &&
           std::all_of(paths.begin(), paths.end(), [](const PathReview& path) { return path.same(); });
}

namespace {

class Reviewer {
public:
    Reviewer(const Policy& before, const Policy& after, const ReviewOptions& options)
        : options_(options),
          asked_before_(as_asked(before, after)),
          before_(asked_before_ ? *asked_before_ : before),
          asked_after_(denying_what_is_sent_elsewhere(after)),
          after_(asked_after_ ? *asked_after_ : after),
          blame_(before_, after_),
          questions_(before_, after_, options.family) {
        for (const auto& sentence : renames_) say(sentence);
        result_.lines = blame_.lines();
        result_.logging = blame_.logging();
        result_.logging_lines = blame_.logging_lines();
        result_.asides = blame_.asides();
        result_.aside_lines = blame_.aside_lines();
    }

    Review run(const Policy& before, const Policy& after) {
        say_families();
        compare_assumptions();
        pair_paths();
        sum_up(result_);
        // Paths are those of the policies that the caller holds.
        const auto give_back = [](const Path*& path, const Policy& asked, const Policy& original) {
            if (path) path = &original.paths[static_cast<std::size_t>(path - asked.paths.data())];
        };
        for (auto& path : result_.paths) {
            give_back(path.before, before_, before);
            give_back(path.after, after_, after);
        }
        return std::move(result_);
    }

private:
    std::optional<Policy> as_asked(const Policy& before, const Policy& after) {
        std::optional<Policy> called = with_names_of(after, before);
        std::optional<Policy> denying = denying_what_is_sent_elsewhere(called ? *called : before);
        return denying ? denying : called;
    }

    // The version before with the names that the version after has for the same things; nothing: they are the same.
    std::optional<Policy> with_names_of(const Policy& after, const Policy& before) {
        Renames interfaces = options_.interfaces;
        if (before.vendor == after.vendor) {
            for (const auto& [was, is] : renamed_interfaces(before, after)) {
                if (interfaces.emplace(was, is).second)
                    renames_.push_back(fmt::format("interface {} is called {} after", was, is));
            }
        }
        std::optional<Policy> called;
        if (!interfaces.empty()) called = renamed(before, interfaces);
        if (before.vendor != after.vendor) return called;
        const Renames rulesets = renamed_rulesets(called ? *called : before, after);
        if (rulesets.empty()) return called;
        if (!called) called = before;
        for (auto& ruleset : called->rulesets) {
            const auto found = rulesets.find(ruleset.name);
            if (found == rulesets.end()) continue;
            renames_.push_back(fmt::format("{} is called {} after", found->first, found->second));
            ruleset.name = found->second;
        }
        return called;
    }

    void say_families() {
        result_.only = options_.family;
        if (options_.family) return;
        for (const Family family : {Family::v4, Family::v6}) {
            const bool was = speaks_of(before_, family), is = speaks_of(after_, family);
            if (was == is) continue;
            const std::string name(family_name(family));
            const std::string_view one = was ? "before" : "after";
            if (questions_.between_vendors()) {
                result_.only = family == Family::v4 ? Family::v6 : Family::v4;
                result_.not_compared.push_back(fmt::format("{}: only the version {} speaks of it", name, one));
            } else {
                result_.limits.push_back(fmt::format("only the version {} speaks of {}", one, name));
            }
        }
    }

    void compare_assumptions() {
        result_.assumed = assumed_by_one(before_, after_);
        if (!questions_.between_vendors() && before_.families == after_.families) return;
        for (const auto& [sentence, after] : std::exchange(result_.assumed, {}))
            result_.limits.push_back(fmt::format("assumed only {}: {}", after ? "after" : "before", sentence));
    }

    void pair_paths() {
        for (const Position position : {Position::inbound, Position::outbound, Position::transit}) {
            std::vector<const Path*> was, is;
            for (const auto& path : before_.paths) {
                if (path.position == position) was.push_back(&path);
            }
            for (const auto& path : after_.paths) {
                if (path.position == position) is.push_back(&path);
            }
            std::set<const Path*> paired;
            const auto find = [](const std::vector<const Path*>& paths, const Path* like) -> const Path* {
                const auto same = std::find_if(paths.begin(), paths.end(),
                                               [&](const Path* path) { return path->variant == like->variant; });
                if (same != paths.end()) return *same;
                // A choice that the other version does not know: each of its answers meets the same rules.
                const bool only = paths.size() == 1 && (paths[0]->variant.empty() || like->variant.empty());
                return only ? paths[0] : nullptr;
            };
            for (const Path* path : was) {
                const Path* other = find(is, path);
                if (other) paired.insert(other);
                add(path, other);
            }
            for (const Path* path : is) {
                if (paired.contains(path)) continue;
                add(find(was, path), path);
            }
        }
    }

    void add(const Path* was, const Path* is) {
        const Path& any = was ? *was : *is;
        const std::string& at = options_.at;
        const bool wanted =
            at.empty() || at == to_string(any.position) || at == (is ? is : was)->variant || at == any.variant;
        if (!wanted) return;
        PathReview path;
        path.before = was;
        path.after = is;
        if (!was || !is) {
            path.not_compared = std::string("only the version ") + (was ? "before" : "after") + " has rules for it";
        } else {
            compare_path(path);
        }
        result_.paths.push_back(std::move(path));
    }

    void compare_path(PathReview& path) {
        auto [asked, by_ways, routes, problem] = questions_.on(path.before->position);
        path.not_compared = std::move(problem);
        if (!path.not_compared.empty()) {
            path.complete = false;
            return;
        }
        if (routes) say_routes(*routes);
        const EditBlame::Met met{rulesets_on(before_, *path.before), rulesets_on(after_, *path.after)};
        if (path.after->position == Position::transit && blame_.changes_name("lo", met))
            say("what passes from or to lo, which an edited rule names, is not asked about");
        for (const auto& question : asked) {
            CompareOptions options;
            options.question = question;
            // Where only a part of the ways is asked for, the words that say which part are kept.
            Product whole;
            whole.source = questions_.addresses();
            whole.destination = questions_.addresses();
            whole = at_position(whole, path.before->position);
            if (asked.size() == 1) whole = question;
            options.budget = options_.budget;
            options.edits = blame_.rule_edits();
            options.values = {whole, first_packets_of(whole)};
            for (const auto& product : questions_.for_device(path.after->position)) options.values.push_back(product);
            for (int i = 0; questions_.of_replies() && i < kStateCount; ++i) {
                Product state;
                state.states = static_cast<State>(i);
                options.values.push_back(std::move(state));
            }
            const auto routed = questions_.routed(path.after->position);
            options.values.insert(options.values.end(), routed.begin(), routed.end());
            const auto leaving = questions_.leaving(path.after->position);
            options.values.insert(options.values.end(), leaving.begin(), leaving.end());
            const Comparison comparison = compare(before_, *path.before, after_, *path.after, options);
            add_regions(path, comparison, {whole, routed, leaving}, met);
            for (const auto& beside : left_out(question, whole, blame_.changed_rules())) {
                CompareOptions asking = options;
                asking.question = beside.packets;
                asking.values.push_back(beside.whole);
                asking.values.push_back(first_packets_of(beside.whole));
                asking.left_out = true;
                add_regions(path, compare(before_, *path.before, after_, *path.after, asking), {beside.whole, {}, {}},
                            met, true);
                say_left_out();
            }
            if (questions_.between_vendors()) continue;
            options.question = by_ways;
            options.values.push_back(by_ways);
            options.values.push_back(first_packets_of(by_ways));
            const RouteComparison moved = compare_routes(before_, *path.before, after_, *path.after, options);
            const std::size_t known = path.regions.size();
            add_regions(path, moved.found, {by_ways, routed, {}}, met);
            for (std::size_t i = known; i < path.regions.size(); ++i) blame_.explain_by_routes(path.regions[i]);
            leave_out(moved.not_compared);
            if (replies_move(before_, *path.before, after_, *path.after, options)) {
                leave_out("replies of other protocols than TCP, UDP and SCTP: they meet other rules by the new routes");
            }
        }
        compare_what_one_has(path, std::move(by_ways), met);
        if (asked.size() > 1) path.regions = merge_regions(std::move(path.regions));
        if (path.regions.empty() && path.complete) {
            path.undecided = leaves_open(before_, *path.before, asked, options_.budget) ||
                             leaves_open(after_, *path.after, asked, options_.budget);
        }
        check_replies(path, asked);
    }

    // Packets for an interface or an address that only one of the versions has.
    void compare_what_one_has(PathReview& path, Product whole, const EditBlame::Met& met) {
        whole.source = whole.destination = questions_.addresses();
        const auto alone = questions_.of_one(path.before->position);
        const auto routed = questions_.routed(path.after->position);
        for (const auto& [packets, after] : alone) {
            CompareOptions options;
            options.question = packets;
            options.budget = options_.budget;
            options.values = {whole, first_packets_of(whole)};
            options.values.insert(options.values.end(), routed.begin(), routed.end());
            for (const auto& product : questions_.for_device(path.after->position)) options.values.push_back(product);
            const AloneVersion version =
                after ? AloneVersion{after_, *path.after, true} : AloneVersion{before_, *path.before, false};
            add_regions(path, compare_alone(version, after ? before_ : after_, options), {whole, routed, {}}, met);
        }
        if (alone.empty()) return;
        std::stable_sort(path.regions.begin(), path.regions.end(),
                         [](const ChangedRegion& a, const ChangedRegion& b) { return a.direction < b.direction; });
    }

    void say(std::string_view limit) {
        auto& limits = result_.limits;
        if (std::find(limits.begin(), limits.end(), limit) == limits.end()) limits.emplace_back(limit);
    }

    void say_left_out() {
        say("an edited rule asks for packets that an assumption leaves out, and these are compared as well: 'opaque 1' "
            "came in elsewhere than the way back leads (rpfilter), 2 has extension headers, 3 is both; 'fragment 1' is "
            "a later fragment");
    }

    void say_routes(const Policy& known) {
        if (!routes_said_) {
            result_.limits.push_back(
                "each address is taken to be at the interface where the networks and routes of the version " +
                std::string(&known == &before_ ? "before" : "after") + " put it");
        }
        routes_said_ = true;
    }

    void say_leaving() { say("packets leave by the interfaces to which networks and routes of the exports lead"); }

    void leave_out(std::string part) {
        auto& parts = result_.not_compared;
        if (!part.empty() && std::find(parts.begin(), parts.end(), part) == parts.end())
            parts.push_back(std::move(part));
    }

    // Which packets are meant where a difference is printed.
    struct Packets {
        const Product& whole;
        const std::vector<Product>& routed;   // the better witnesses
        const std::vector<Product>& leaving;  // no others occur; empty: all do
    };

    // `beside`: of packets that an assumption leaves out.
    void add_regions(PathReview& path, const Comparison& comparison, const Packets& packets, const EditBlame::Met& met,
                     bool beside = false) {
        path.complete = path.complete && comparison.complete;
        if (comparison.differences.empty()) return;
        const auto& [whole, routed, leaving] = packets;
        try {
            PacketSet all = comparison.space.from(whole);
            for (const Policy* policy : {&before_, &after_})
                all = all - comparison.space.from(beside ? truly_impossible(*policy) : policy->impossible);
            if (!leaving.empty()) all = all & comparison.space.from(leaving);
            const PacketSet openings = comparison.space.from(first_packets_of(whole)) & all;
            const PacketSet usual = comparison.space.from(routed);
            // A list does not judge what ends at the device: no witness, and no difference by itself.
            const PacketSet for_device = comparison.space.from(questions_.for_device(path.after->position));
            for (Difference& difference : joined(comparison.differences, met)) {
                if (difference.packets.subset_of(for_device)) continue;
                if (!leaving.empty() && !difference.packets.subset_of(all)) {
                    say_leaving();
                    difference.packets = difference.packets & all;
                    if (difference.packets.empty()) continue;
                }
                path.regions.push_back(region(difference, openings, all, usual, for_device, met));
                path.complete = path.complete && path.regions.back().complete;
            }
        } catch (const OutOfBudget&) {
            path.complete = false;
        }
    }

    // Those of one pair of rules and one edit together, whatever jumps lead to the rules.
    std::vector<Difference> joined(const std::vector<Difference>& differences, const EditBlame::Met& met) const {
        const auto because = [&](const Difference& difference) {
            ChangedRegion region;
            region.before_by = difference.before_by;
            region.after_by = difference.after_by;
            blame_.explain(region, difference.packets, met);
            return region.because;
        };
        const auto rule = [](const std::optional<DecidingRule>& by) {
            return by ? std::optional(std::pair(by->rule, by->surely)) : std::nullopt;
        };
        const auto kind = [&](const Difference& difference) {
            return std::tuple(difference.direction, difference.before, difference.after, difference.alone,
                              rule(difference.before_by), rule(difference.after_by));
        };
        struct Known {
            std::size_t place;
            std::optional<std::vector<EditedLine>> because;
        };
        std::map<decltype(kind(differences.front())), std::vector<Known>> known;
        std::vector<Difference> all;
        for (const auto& difference : differences) {
            auto& alike = known[kind(difference)];
            std::optional<std::vector<EditedLine>> lines;
            if (!alike.empty()) lines = because(difference);
            const auto twin = std::find_if(alike.begin(), alike.end(), [&](Known& one) {
                if (!one.because) one.because = because(all[one.place]);
                return *one.because == *lines;
            });
            if (twin == alike.end()) {
                alike.push_back({all.size(), std::move(lines)});
                all.push_back(difference);
                continue;
            }
            Difference& first = all[twin->place];
            first.packets = first.packets | difference.packets;
            first.widens = first.widens || difference.widens;
            first.narrows = first.narrows || difference.narrows;
        }
        return all;
    }

    ChangedRegion region(const Difference& difference, const PacketSet& openings, const PacketSet& all,
                         const PacketSet& usual, const PacketSet& for_device, const EditBlame::Met& met) const {
        ChangedRegion region;
        region.direction = difference.direction;
        region.before = difference.before;
        region.after = difference.after;
        region.widens = difference.widens;
        region.narrows = difference.narrows;
        region.alone = difference.alone;
        region.before_by = difference.before_by;
        region.after_by = difference.after_by;
        const PacketSet first = difference.packets & openings;
        const Space space = first.space();
        auto [products, complete] = plain_products(first, openings, options_.region_limit);
        region.complete = complete;
        // What is only permitted of connections that are known opens nothing.
        if (first.empty() && difference.before == Verdict::unknown) region.widens = false;
        PacketSet rest = difference.packets - openings;
        if (!rest.empty()) {
            std::vector<Product> whole = products;
            for (auto& product : whole) {
                product.states = StateSet::all();
                if (!product.services) continue;
                ServiceSet services = *product.services;
                for (auto& term : services.terms) term.tcp_flags = IntervalSet<std::uint8_t>::all();
                product.services = share(std::move(services));
            }
            // Said of a state only where it holds for every such packet.
            const PacketSet same_headers = (space.from(whole) & all) - openings;
            for (int i = 0; i < kStateCount; ++i) {
                Product state;
                state.states = static_cast<State>(i);
                const PacketSet seen = same_headers & space.from(state);
                if (seen.empty() || !seen.subset_of(difference.packets)) continue;
                region.also = region.also | state.states;
                rest = rest - seen;
            }
            auto others = plain_products(rest, all, options_.region_limit);
            region.others = std::move(others.products);
            region.complete = region.complete && others.complete;
        }
        region.first_packets = std::move(products);
        const PacketSet shown = (first.empty() ? difference.packets : first) - for_device;
        region.witness = (shown & usual).pick();
        if (!region.witness) region.witness = shown.pick();
        blame_.explain(region, difference.packets, met);
        return region;
    }

    void check_replies(PathReview& path, const std::vector<Product>& asked) {
        ReplyReview replies = review_replies({{before_, *path.before},
                                              {after_, *path.after},
                                              asked,
                                              questions_.addresses(),
                                              questions_.of_replies(),
                                              blame_.rule_edits(),
                                              options_.budget,
                                              options_.region_limit});
        path.complete = path.complete && replies.complete;
        path.replies_lost = std::move(replies.lost);
        path.replies_gained = std::move(replies.gained);
        if (!replies.limit.empty()) result_.limits.push_back(std::move(replies.limit));
    }

    const ReviewOptions& options_;
    std::vector<std::string> renames_;
    std::optional<Policy> asked_before_;
    const Policy& before_;
    std::optional<Policy> asked_after_;
    const Policy& after_;
    EditBlame blame_;
    ReviewQuestions questions_;
    bool routes_said_ = false;
    Review result_;
};

}  // namespace

Review review(const Policy& before, const Policy& after, const ReviewOptions& options) {
    return Reviewer(before, after, options).run(before, after);
}

}  // namespace fwproof
