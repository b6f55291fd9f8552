#include "fwproof/analysis/leaving.hpp"

#include <algorithm>

#include "fwproof/analysis/nearby.hpp"

namespace fwproof {

namespace {

bool rewrites_source(const Rule& rule) {
    const auto* translate = rule.enabled ? std::get_if<Translate>(&rule.action) : nullptr;
    return translate && translate->source.changes();
}

// Tables of two families in one export are told apart by the names of their lists.
Product family_of(const Policy& policy, const Ruleset& ruleset) {
    Product guard;
    const bool six = ruleset.name.starts_with("IPv6 ");
    if (policy.families.size() == 1) guard.source = share(AddressSet::any(policy.families[0]));
    if (policy.families.size() == 2 && policy.vendor == "iptables")
        guard.source = share(AddressSet::any(six ? Family::v6 : Family::v4));
    return guard;
}

}  // namespace

std::vector<RulesetIndex> leaving_rulesets(const Policy& policy) {
    std::vector<bool> met(policy.rulesets.size());
    for (const Path& path : policy.paths) {
        const auto on = rulesets_on(policy, path);
        for (std::size_t i = 0; i < met.size(); ++i) met[i] = met[i] || on[i];
    }
    std::vector<RulesetIndex> found;
    for (RulesetIndex i = 0; i < policy.rulesets.size(); ++i) {
        const Ruleset& ruleset = policy.rulesets[i];
        if (met[i] || !ruleset.bound || !ruleset.default_verdict) continue;
        const auto inside = rulesets_on(policy, {Position::transit, {}, {{i, {}}}});
        for (RulesetIndex k = 0; k < inside.size(); ++k) {
            const auto& rules = policy.rulesets[k].rules;
            if (!inside[k] || std::none_of(rules.begin(), rules.end(), rewrites_source)) continue;
            found.push_back(i);
            break;
        }
    }
    return found;
}

std::vector<Stage> leaving_stages(const Policy& policy, Position position) {
    std::vector<Stage> stages;
    if (position == Position::inbound) return stages;
    for (const RulesetIndex index : leaving_rulesets(policy)) {
        // Made for packets to the device itself, which do not leave.
        if (policy.rulesets[index].name.ends_with("nat INPUT")) continue;
        Stage stage{index, family_of(policy, policy.rulesets[index])};
        stage.guard.states = State::new_;
        stages.push_back(std::move(stage));
    }
    return stages;
}

}  // namespace fwproof
