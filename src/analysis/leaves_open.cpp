#include "analysis/leaves_open.hpp"

#include <algorithm>

#include "fwproof/analysis/evaluate.hpp"

namespace fwproof {

namespace {

bool apart(const Product& a, const Product& b) {
    if ((a.states & b.states).empty()) return true;
    const auto disjoint = [](const AddressSetRef& x, const AddressSetRef& y) { return x && y && (*x & *y).empty(); };
    return disjoint(a.source, b.source) || disjoint(a.destination, b.destination);
}

// No rule that packets of the question can meet leaves anything open; cheap, and false where it is not sure.
bool leaves_nothing_open(const Policy& policy, const Path& path, const std::vector<Product>& questions) {
    const auto asked = [&](const Product& header) {
        return std::any_of(questions.begin(), questions.end(), [&](const Product& q) { return !apart(q, header); });
    };
    for (const auto& stage : path.stages) {
        if (!asked(stage.guard)) continue;
        if (stage.ruleset >= policy.rulesets.size()) return false;
        const auto& verdict = policy.rulesets[stage.ruleset].default_verdict;
        if (!verdict || *verdict == Verdict::unknown) return false;
    }
    const auto met = rulesets_on(policy, path);
    for (RulesetIndex index = 0; index < policy.rulesets.size(); ++index) {
        if (!met[index]) continue;
        const Ruleset& ruleset = policy.rulesets[index];
        const bool guarded_off = std::any_of(path.stages.begin(), path.stages.end(), [&](const Stage& stage) {
            return stage.ruleset == index && !asked(stage.guard);
        });
        if (guarded_off) continue;
        for (const auto& rule : ruleset.rules) {
            if (!rule.enabled || std::holds_alternative<Continue>(rule.action)) continue;
            const auto* decide = std::get_if<Decide>(&rule.action);
            const bool clear = rule.match.exact() && !std::holds_alternative<Translate>(rule.action) &&
                               (!decide || decide->verdict != Verdict::unknown);
            if (clear) continue;
            for (const auto* matches : {&rule.match.any_of, &rule.match.outer}) {
                if (std::any_of(matches->begin(), matches->end(), [&](const Match& m) { return asked(m.header); })) {
                    return false;
                }
            }
        }
    }
    return true;
}

}  // namespace

bool leaves_open(const Policy& policy, const Path& path, const std::vector<Product>& questions, const Budget& budget) {
    if (leaves_nothing_open(policy, path, questions)) return false;
    SpaceBuilder builder;
    const Nearby rules(policy, {&path}, questions);
    add_values(builder, policy, rules);
    for (const auto& question : questions) builder.add(question);
    const Space space = builder.set_budget(budget).build();
    try {
        const Evaluator evaluator(policy, space, space.from(questions), rules);
        const PacketSet asked = space.from(questions) & evaluator.occurring();
        const Outcome outcome = evaluator.evaluate(path, asked);
        return outcome.out_of_budget || !outcome.undecided.empty();
    } catch (const OutOfBudget&) {
        return true;
    }
}

}  // namespace fwproof
