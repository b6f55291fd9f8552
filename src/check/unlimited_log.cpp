#include <fmt/format.h>
#include <algorithm>
#include "check/describe.hpp"
#include "check/rule_study.hpp"

namespace fwproof {

namespace {

bool is_limited(const Rule& rule) {
    const auto& conditions = rule.match.conditions;
    return std::any_of(conditions.begin(), conditions.end(),
                       [](const Condition& c) { return c.kind == ConditionKind::rate; });
}

// Whether every way into the ruleset passes a limit.
bool is_limited(const Policy& policy, RulesetIndex ruleset, std::vector<bool>& seen) {
    if (seen[ruleset]) return true;  // a loop is no further way
    seen[ruleset] = true;
    bool reached = false;
    for (RulesetIndex i = 0; i < policy.rulesets.size(); ++i) {
        for (const auto& rule : policy.rulesets[i].rules) {
            const auto* jump = std::get_if<Jump>(&rule.action);
            const auto* go = std::get_if<Goto>(&rule.action);
            if (!rule.enabled || !((jump && jump->to == ruleset) || (go && go->to == ruleset))) continue;
            reached = true;
            if (!is_limited(rule) && !is_limited(policy, i, seen)) return false;
        }
    }
    return reached;
}

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    for (const auto& firewall : context.firewalls()) {
        const Policy& policy = *firewall.policy;
        for (RulesetIndex i = 0; i < policy.rulesets.size(); ++i) {
            if (!policy.rulesets[i].bound) continue;
            for (std::uint32_t r = 0; r < policy.rulesets[i].rules.size(); ++r) {
                const Rule& rule = policy.rulesets[i].rules[r];
                if (!rule.enabled || rule.implicit || !rule.logs || !std::holds_alternative<Continue>(rule.action))
                    continue;
                std::vector<bool> seen(policy.rulesets.size());
                if (is_limited(rule) || is_limited(policy, i, seen)) continue;
                Finding finding = finding_about(check, firewall, {i, r});
                finding.message =
                    fmt::format("{} logs every packet that it matches, without a limit", rule_name(policy, {i, r}));
                findings.push_back(std::move(finding));
            }
        }
    }
}

}  // namespace

extern const Check check_unlimited_log;
const Check check_unlimited_log = {
    .id = "FW504",
    .name = "unlimited-log",
    .severity = Severity::warning,
    .subject = Subject::rules,
    .summary = R"(A rule writes a log entry for every packet, without a limit)",
    .why =
        R"(Whoever sends packets fast enough fills the disk or the log of the kernel, and what matters is lost in it. A limit at
the rule, or at every jump to its chain, is in order. New connections count; a rule that logs those that are permitted
and rare can be waived.)",
    .example = R"(-A INPUT -j LOG --log-prefix "dropped: ")",
    .fix = R"(Add -m limit --limit 5/min (or hashlimit) to the rule.)",
    .standards = R"(nist-sp-800-41r1 5.2.3)",
    .references = R"(iptables-extensions(8), limit)",
    .run = &run,
};

}  // namespace fwproof
