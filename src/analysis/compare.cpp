// The difference of two policies, in four steps: the packets that a changed rule can touch (touched.hpp); the verdicts
// of both sides there, as sets; each region cut by the rule that decides it before and the rule that decides it after;
// and of what neither side decides, that which depends on other conditions (dependence.hpp).
#include "fwproof/analysis/compare.hpp"

#include <array>

#include "analysis/dependence.hpp"
#include "analysis/touched.hpp"

namespace fwproof {

std::string_view to_string(Direction direction) {
    switch (direction) {
        case Direction::newly_permitted: return "newly permitted";
        case Direction::newly_denied: return "newly denied";
        case Direction::became_unknown: return "became unknown";
        case Direction::became_known: return "became known";
        case Direction::still_unknown: return "still unknown";
    }
    return "became unknown";
}

namespace {

struct Claim {
    std::optional<DecidingRule> by;
    PacketSet packets;
};

bool written(const Policy& policy, RuleRef ref) {
    const auto& rules = policy.rulesets[ref.ruleset].rules;
    return ref.rule < rules.size() && !rules[ref.rule].implicit;
}

// Gives every packet of the region, all of which have the verdict, one decider.
std::vector<Claim> deciders(const Evaluator& evaluator, const Path& path, const PacketSet& region, Verdict verdict) {
    std::vector<Claim> claims;
    PacketSet rest = region;
    const auto claim = [&](const Hit& hit) {
        if (!rest.intersects(hit.packets)) return;
        claims.push_back({DecidingRule{hit.rule, hit.surely, hit.via, hit.stage}, rest & hit.packets});
        rest = rest - hit.packets;
    };
    const auto hits = evaluator.attribute(path, region);
    if (verdict == Verdict::permit) {
        for (const bool by_hand : {true, false}) {
            for (auto hit = hits.rbegin(); hit != hits.rend(); ++hit) {
                if (hit->verdict == Verdict::permit && written(evaluator.policy(), hit->rule) == by_hand) claim(*hit);
            }
        }
    } else {
        for (const auto& hit : hits) {
            const bool decides = verdict == Verdict::deny ? hit.verdict == Verdict::deny
                                                          : hit.verdict == Verdict::unknown || !hit.surely;
            if (decides) claim(hit);
        }
    }
    if (!rest.empty()) claims.push_back({std::nullopt, rest});
    return claims;
}

Direction direction_of(Verdict before, Verdict after) {
    if (after == Verdict::unknown) return Direction::became_unknown;
    if (before == Verdict::unknown) return Direction::became_known;
    return after == Verdict::permit ? Direction::newly_permitted : Direction::newly_denied;
}

const PacketSet& part(const Outcome& outcome, Verdict verdict) {
    switch (verdict) {
        case Verdict::permit: return outcome.permitted;
        case Verdict::deny: return outcome.denied;
        case Verdict::unknown: break;
    }
    return outcome.undecided;
}

struct Side {
    Evaluator evaluator;
    const Path& path;
};

void attribute(const Side& before, const Side& after, const PacketSet& region, Difference difference, std::size_t limit,
               Comparison& result) {
    const auto earlier = deciders(before.evaluator, before.path, region, difference.before);
    for (const auto& one : earlier) {
        for (auto& other : deciders(after.evaluator, after.path, one.packets, difference.after)) {
            if (result.differences.size() >= limit) {
                result.complete = false;
                return;
            }
            difference.packets = std::move(other.packets);
            difference.before_by = one.by;
            difference.after_by = std::move(other.by);
            result.differences.push_back(difference);
        }
    }
}

}  // namespace

Comparison compare(const Policy& before, const Path& before_path, const Policy& after, const Path& after_path,
                   const CompareOptions& options) {
    const auto touched = touched_by_changes(before, before_path, after, after_path, options.edits);
    const auto nearby = [&](const Policy& policy, const Path& path) {
        return touched ? Nearby(policy, {&path}, *touched) : Nearby();
    };
    const Nearby rules[] = {nearby(before, before_path), nearby(after, after_path)};
    SpaceBuilder builder;
    add_values(builder, before, rules[0]);
    add_values(builder, after, rules[1]);
    if (touched) {
        for (const auto& product : *touched) builder.add(product);
    }
    builder.add(options.question);
    for (const auto& product : options.values) builder.add(product);
    Comparison result;
    result.space = builder.set_budget(options.budget).build();
    result.undecided = result.space.empty();
    PacketSet question = result.space.from(options.question);
    try {
        question = question - result.space.from(before.impossible) - result.space.from(after.impossible);
        if (touched) question = question & result.space.from(*touched);
        const Side sides[] = {{Evaluator(before, result.space, question, rules[0]), before_path},
                              {Evaluator(after, result.space, question, rules[1]), after_path}};
        const Outcome was = sides[0].evaluator.evaluate(before_path, question);
        const Outcome is = sides[1].evaluator.evaluate(after_path, question);
        if (was.out_of_budget || is.out_of_budget) throw OutOfBudget();
        constexpr std::array kVerdicts = {Verdict::permit, Verdict::deny, Verdict::unknown};
        for (const auto direction : {Direction::newly_permitted, Direction::newly_denied, Direction::became_unknown,
                                     Direction::became_known}) {
            for (const auto from : kVerdicts) {
                for (const auto to : kVerdicts) {
                    if (from == to || direction_of(from, to) != direction) continue;
                    const PacketSet region = part(was, from) & part(is, to);
                    if (region.empty()) continue;
                    Difference difference;
                    difference.direction = direction;
                    difference.before = from;
                    difference.after = to;
                    difference.widens = from == Verdict::deny || to == Verdict::permit;
                    difference.narrows = from == Verdict::permit || to == Verdict::deny;
                    attribute(sides[0], sides[1], region, difference, options.difference_limit, result);
                }
            }
        }
        PacketSet open = was.undecided & is.undecided;
        if (!touched && !open.empty()) {
            const auto near = touched_by_named_changes(before, before_path, after, after_path);
            if (near) open = open & result.space.from(*near);
        }
        if (!find_other_conditions(sides[0].evaluator, before_path, sides[1].evaluator, after_path, open,
                                   options.difference_limit, result.differences))
            result.complete = false;
    } catch (const OutOfBudget&) {
        result.complete = false;
        result.undecided = question;
    }
    return result;
}

}  // namespace fwproof
