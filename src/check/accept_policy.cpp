#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "check/filter_chains.hpp"
#include "check/report_openings.hpp"

namespace fwproof {

namespace {

// The first rule, in the chain or one that it leads into, that decides packets which only rules for every packet match.
// `without`: the chains that were walked and have none; they are not walked again for every rule that leads into them.
std::optional<RuleRef> decider_of_the_rest(const Policy& policy, RulesetIndex index, std::set<RulesetIndex>& without) {
    if (index >= policy.rulesets.size() || !without.insert(index).second) return std::nullopt;
    const auto& rules = policy.rulesets[index].rules;
    for (std::uint32_t at = 0; at < rules.size(); ++at) {
        const Rule& rule = rules[at];
        if (!rule.enabled || !rule.match.exact() || rule.match.any_of.size() != 1 || !rule.match.any_of[0].is_all())
            continue;
        if (std::holds_alternative<Decide>(rule.action)) return RuleRef{index, at};
        if (std::holds_alternative<Return>(rule.action)) return std::nullopt;
        const auto* jump = std::get_if<Jump>(&rule.action);
        const auto* go = std::get_if<Goto>(&rule.action);
        if (!jump && !go) continue;
        const auto decider = decider_of_the_rest(policy, jump ? jump->to : go->to, without);
        if (decider || go) return decider;
    }
    return std::nullopt;
}

// The rule that keeps out what no other rule matches.
std::optional<RuleRef> last_guard(const Policy& policy, RulesetIndex index) {
    std::set<RulesetIndex> without;
    const auto decider = decider_of_the_rest(policy, index, without);
    if (!decider) return std::nullopt;
    const auto& decide = std::get<Decide>(policy.rulesets[decider->ruleset].rules[decider->rule].action);
    return decide.verdict == Verdict::deny ? decider : std::nullopt;
}

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    for (std::size_t i = 0; i < context.firewalls().size(); ++i) {
        const Firewall& firewall = context.firewalls()[i];
        const Policy& policy = *firewall.policy;
        for (const auto& chain : filter_chains(policy)) {
            const Ruleset& ruleset = policy.rulesets[chain.ruleset];
            if (chain.path->position == Position::outbound || ruleset.default_verdict != Verdict::permit) continue;
            const auto& openings = context.rules().openings();
            const bool reached = std::any_of(openings.begin(), openings.end(), [&](const Opening& opening) {
                return opening.firewall == i && opening.by == OpenedBy::standard &&
                       opening.rule.ruleset == chain.ruleset;
            });
            const auto guard = last_guard(policy, chain.ruleset);
            if (reached || !guard || context.rules().desk(i).incomplete()) continue;
            const RuleRef standard{chain.ruleset, static_cast<std::uint32_t>(ruleset.rules.size())};
            Finding finding = finding_about(check, firewall, standard);
            finding.message = fmt::format("the policy of {} is ACCEPT: without {} everything would be permitted",
                                          ruleset.name, rule_name(policy, *guard));
            finding.decided_by.push_back(evidence(firewall, {*guard, Verdict::deny, true}));
            finding.fix = fmt::format("iptables -P {} DROP", ruleset.name);
            findings.push_back(std::move(finding));
        }
    }
}

}  // namespace

extern const Check check_accept_policy;
const Check check_accept_policy = {
    .id = "IPT101",
    .name = "accept-policy",
    .severity = Severity::note,
    .subject = Subject::rules,
    .summary = R"(The policy of a chain is ACCEPT, and only its last rule denies)",
    .why =
        R"(The chain denies what it should, as long as that one rule stands at its end. iptables -F, a restore that breaks off or a
rule that is deleted by its number opens everything; with policy DROP it closes. A chain whose policy really lets
packets through is reported as default-permit.)",
    .example = R"(:INPUT ACCEPT [0:0]
-A INPUT -j REJECT --reject-with icmp-host-prohibited)",
    .fix = R"(iptables -P INPUT DROP, once the rules for what is needed are in place; the last rule may stay.)",
    .references = R"(CIS Debian Linux 11 Benchmark, default deny firewall policy
iptables(8), policies of built-in chains)",
    .run = &run,
};

}  // namespace fwproof
