#include "analysis/inert.hpp"

#include <algorithm>
#include <optional>

#include "analysis/equal_conditions.hpp"
#include "analysis/jumps.hpp"

namespace fwproof {

namespace {

bool remembers(const Rule& rule) {
    const auto& conditions = rule.match.conditions;
    return std::any_of(conditions.begin(), conditions.end(),
                       [](const Condition& condition) { return !is_lasting(condition.kind); });
}

bool takes_everything(const Rule& rule) {
    return rule.enabled && rule.match.exact() && rule.match.any_of.size() == 1 && rule.match.any_of[0].is_all() &&
           (std::holds_alternative<Decide>(rule.action) || std::holds_alternative<Goto>(rule.action) ||
            std::holds_alternative<Return>(rule.action));
}

class Finder {
public:
    explicit Finder(const Policy& policy)
        : policy_(policy),
          enterable_(enterable_rulesets(policy)),
          known_(policy.rulesets.size()),
          inert_(policy.rulesets.size()) {}

    std::vector<std::vector<bool>> all() {
        for (RulesetIndex at = 0; at < inert_.size(); ++at) look_at(at);
        return std::move(inert_);
    }

private:
    // Nesting is bounded: what jumps lead into in circles, or too deep, is not followed.
    bool hollow(RulesetIndex ruleset) {
        if (ruleset >= known_.size() || !enterable_[ruleset] || policy_.rulesets[ruleset].default_verdict) return false;
        look_at(ruleset);
        const auto& rules = inert_[ruleset];
        return std::all_of(rules.begin(), rules.end(), [](bool rule) { return rule; });
    }

    bool circles(const Rule& rule) const {
        const auto* jump = std::get_if<Jump>(&rule.action);
        const auto* go = std::get_if<Goto>(&rule.action);
        if (!rule.enabled || (!jump && !go)) return false;
        const RulesetIndex to = jump ? jump->to : go->to;
        return to >= enterable_.size() || !enterable_[to];
    }

    void look_at(RulesetIndex ruleset) {
        if (known_[ruleset]) return;
        known_[ruleset] = true;
        const auto& rules = policy_.rulesets[ruleset].rules;
        std::vector<bool> found(rules.size());
        bool last = true;  // nothing behind does anything
        for (std::size_t at = rules.size(); at-- > 0;) {
            const Rule& rule = rules[at];
            bool idle = !rule.enabled;
            if (!idle && !remembers(rule)) {
                const auto* jump = std::get_if<Jump>(&rule.action);
                const auto* go = std::get_if<Goto>(&rule.action);
                idle = std::holds_alternative<Continue>(rule.action) || (jump && hollow(jump->to)) ||
                       (last && (std::holds_alternative<Return>(rule.action) || (go && hollow(go->to))));
            }
            found[at] = idle;
            last = last && idle;
        }
        // The rule that hides the others must itself stay; so must a jump in circles, for which nothing is decided.
        std::size_t end = 0;
        while (end < rules.size() && (found[end] || !takes_everything(rules[end]))) ++end;
        for (std::size_t at = end + 1; at < rules.size(); ++at) found[at] = !circles(rules[at]);
        inert_[ruleset] = std::move(found);
    }

    const Policy& policy_;
    std::vector<bool> enterable_;
    std::vector<bool> known_;
    std::vector<std::vector<bool>> inert_;
};

}  // namespace

std::vector<std::vector<bool>> inert_rules(const Policy& policy) { return Finder(policy).all(); }

}  // namespace fwproof
