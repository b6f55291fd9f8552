#include "fwproof/policy/rule_at.hpp"

namespace fwproof {

const Rule* rule_at(const Policy& policy, const RuleRef& ref) {
    if (ref.ruleset >= policy.rulesets.size()) return nullptr;
    const auto& rules = policy.rulesets[ref.ruleset].rules;
    return ref.rule < rules.size() ? &rules[ref.rule] : nullptr;
}

SourceSpan rule_span(const Policy& policy, const RuleRef& ref) {
    if (const Rule* rule = rule_at(policy, ref)) return rule->span;
    return ref.ruleset < policy.rulesets.size() ? policy.rulesets[ref.ruleset].default_span : SourceSpan();
}

}  // namespace fwproof
