#include "check/each_rule.hpp"

#include <set>

namespace fwproof {

void each_rule(const CheckContext& context, const std::function<void(const Firewall&, RuleRef, const Rule&)>& look) {
    for (const auto& firewall : context.firewalls()) {
        std::set<std::pair<const Source*, std::uint32_t>> seen;
        const auto& rulesets = firewall.policy->rulesets;
        for (RulesetIndex i = 0; i < rulesets.size(); ++i) {
            if (!rulesets[i].bound || !rulesets[i].filters) continue;
            for (std::uint32_t r = 0; r < rulesets[i].rules.size(); ++r) {
                const Rule& rule = rulesets[i].rules[r];
                if (rule.implicit) continue;
                if (rule.span && !seen.insert({rule.span.source, rule.span.offset}).second) continue;
                look(firewall, {i, r}, rule);
            }
        }
    }
}

}  // namespace fwproof
