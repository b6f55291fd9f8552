#include "check/windows_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "check/describe.hpp"

namespace fwproof {

namespace {

struct Place {
    RulesetIndex ruleset;
    std::string profile;
};

std::vector<Place> inbound_rulesets(const Policy& policy) {
    std::vector<Place> places;
    for (const auto& path : policy.paths) {
        if (path.position != Position::inbound) continue;
        for (const auto& stage : path.stages) places.push_back({stage.ruleset, path.variant});
    }
    return places;
}

bool permits(const Rule& rule) {
    const auto* decide = std::get_if<Decide>(&rule.action);
    return rule.enabled && !rule.implicit && decide && decide->verdict == Verdict::permit;
}

}  // namespace

const Condition* WindowsRule::condition(ConditionKind kind) const {
    const auto& all = rule.match.conditions;
    const auto found = std::find_if(all.begin(), all.end(), [&](const Condition& c) { return c.kind == kind; });
    return found == all.end() ? nullptr : &*found;
}

bool WindowsRule::in_profile(std::string_view profile) const {
    return std::find(profiles.begin(), profiles.end(), profile) != profiles.end();
}

void each_inbound_allow(const CheckContext& context, const std::function<bool(const WindowsRule&)>& look) {
    using Spot = std::pair<const Source*, std::uint32_t>;
    for (const auto& firewall : context.firewalls()) {
        const Policy& policy = *firewall.policy;
        if (policy.ordered) continue;
        const auto places = inbound_rulesets(policy);
        std::map<Spot, std::vector<std::string>> profiles;
        for (const auto& place : places) {
            for (const auto& rule : policy.rulesets[place.ruleset].rules) {
                auto& known = profiles[{rule.span.source, rule.span.offset}];
                if (permits(rule) && (known.empty() || known.back() != place.profile)) known.push_back(place.profile);
            }
        }
        std::set<Spot> done;
        std::map<Spot, RulesetIndex> first_in;
        for (const auto& place : places) {
            const auto& rules = policy.rulesets[place.ruleset].rules;
            for (std::uint32_t r = 0; r < rules.size(); ++r) {
                const Spot statement{rules[r].span.source, rules[r].span.offset};
                if (!permits(rules[r]) || done.contains(statement)) continue;
                if (rules[r].span && first_in.try_emplace(statement, place.ruleset).first->second != place.ruleset)
                    continue;
                if (look({firewall, {place.ruleset, r}, rules[r], profiles[statement]})) done.insert(statement);
            }
        }
    }
}

void report_trait(const CheckContext& context, const Check& check, Trait trait, std::string_view what,
                  std::vector<Finding>& findings) {
    each_inbound_allow(context, [&](const WindowsRule& one) {
        if (!one.rule.traits.has(trait)) return false;
        Finding finding = finding_about(check, one.firewall, one.ref);
        finding.message = fmt::format("{} {}", rule_name(*one.firewall.policy, one.ref), what);
        finding.details.push_back(
            fmt::format("in the profile{} {}", one.profiles.size() == 1 ? "" : "s", join_some(one.profiles)));
        findings.push_back(std::move(finding));
        return true;
    });
}

}  // namespace fwproof
