#include "analysis/sent_elsewhere.hpp"

#include <algorithm>

namespace fwproof {

namespace {

constexpr std::uint32_t kSentToAnotherHost = 2;  // of Register::disposition

bool leaves_open(const Rule& rule) {
    const auto* decide = std::get_if<Decide>(&rule.action);
    if (!rule.implicit || !rule.enabled || !rule.match.exact() || !decide || decide->verdict != Verdict::unknown ||
        rule.match.any_of.size() != 1)
        return false;
    const auto& tests = rule.match.any_of[0].registers;
    return tests.size() == 1 && tests[0].reg == Register::disposition && tests[0].value == kSentToAnotherHost &&
           tests[0].mask == kSentToAnotherHost && !tests[0].negated;
}

}  // namespace

std::optional<Policy> denying_what_is_sent_elsewhere(const Policy& policy) {
    const bool some = std::any_of(policy.rulesets.begin(), policy.rulesets.end(), [](const Ruleset& ruleset) {
        return std::any_of(ruleset.rules.begin(), ruleset.rules.end(), leaves_open);
    });
    if (!some) return std::nullopt;
    Policy denying = policy;
    for (auto& ruleset : denying.rulesets) {
        for (auto& rule : ruleset.rules) {
            if (!leaves_open(rule)) continue;
            rule.action = Decide{Verdict::deny, ""};
            rule.match.conditional = true;
            rule.match.conditions.push_back({ConditionKind::address_keyword, "address of another host", rule.span});
        }
    }
    return denying;
}

}  // namespace fwproof
