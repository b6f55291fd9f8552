// The difference of two policies, in four steps: the packets that a changed rule can touch (touched.hpp); the verdicts
// of both sides there, as sets; each region cut by the rule that decides it before and the rule that decides it after;
// and of what neither side decides, that which depends on other conditions (dependence.hpp).
#include "fwproof/analysis/compare.hpp"

#include <set>

#include "analysis/assumed.hpp"
#include "analysis/deciders.hpp"
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

struct Side {
    Evaluator evaluator;
    const Path& path;
};

void attribute(const Side& before, const Side& after, const PacketSet& region, Difference difference, std::size_t limit,
               Comparison& result) {
    const auto earlier = deciders(before.evaluator, before.path, region, difference.before, difference.after);
    for (const auto& one : earlier) {
        for (auto& other : deciders(after.evaluator, after.path, one.packets, difference.after, difference.before)) {
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
        for (const Policy* policy : {&before, &after}) {
            question = question - result.space.from(options.left_out ? truly_impossible(*policy) : policy->impossible);
        }
        if (touched) question = question & result.space.from(*touched);
        const Side sides[] = {{Evaluator(before, result.space, question, rules[0]), before_path},
                              {Evaluator(after, result.space, question, rules[1]), after_path}};
        const Outcome was = sides[0].evaluator.evaluate(before_path, question);
        const Outcome is = sides[1].evaluator.evaluate(after_path, question);
        if (was.out_of_budget || is.out_of_budget) throw OutOfBudget();
        for (auto& difference : differing_verdicts(was, is)) {
            const PacketSet region = difference.packets;
            attribute(sides[0], sides[1], region, std::move(difference), options.difference_limit, result);
        }
        PacketSet open = was.undecided & is.undecided;
        if (!touched && !open.empty()) {
            const auto near = touched_by_named_changes(before, before_path, after, after_path);
            if (near) open = open & result.space.from(*near);
        }
        if (touched && !open.empty()) {
            const auto acting = [&](const Side& side) {
                std::set<RuleRef> deciding;
                for (const auto& hit : side.evaluator.attribute(side.path, open)) deciding.insert(hit.rule);
                return deciding;
            };
            const auto near = touched_by_acting(before, before_path, acting(sides[0]), after, after_path,
                                                acting(sides[1]), options.edits);
            if (near) open = open & result.space.from(*near);
        }
        if (!find_other_conditions({sides[0].evaluator, before_path, rules[0]},
                                   {sides[1].evaluator, after_path, rules[1]}, open, options.difference_limit,
                                   result.differences))
            result.complete = false;
    } catch (const OutOfBudget&) {
        result.complete = false;
        result.undecided = question;
    }
    return result;
}

}  // namespace fwproof
