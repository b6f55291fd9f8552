#include <fmt/format.h>

#include <algorithm>

#include "check/filter_chains.hpp"
#include "check/report_openings.hpp"

namespace fwproof {

namespace {

// The rule that keeps out what no other rule matches; it may be a jump.
std::optional<std::uint32_t> last_guard(const Ruleset& ruleset) {
    for (std::size_t i = ruleset.rules.size(); i-- > 0;) {
        const Rule& rule = ruleset.rules[i];
        const bool all = rule.enabled && rule.match.exact() && rule.match.any_of.size() == 1 &&
                         rule.match.any_of[0].is_all() && !std::holds_alternative<Continue>(rule.action);
        const auto* decide = std::get_if<Decide>(&rule.action);
        if (all && (!decide || decide->verdict == Verdict::deny)) return static_cast<std::uint32_t>(i);
    }
    return std::nullopt;
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
            const auto guard = last_guard(ruleset);
            if (reached || !guard || context.rules().desk(i).incomplete()) continue;
            const RuleRef standard{chain.ruleset, static_cast<std::uint32_t>(ruleset.rules.size())};
            Finding finding = finding_about(check, firewall, standard);
            finding.message = fmt::format("the policy of {} is ACCEPT: without {} everything would be permitted",
                                          ruleset.name, rule_name(policy, {chain.ruleset, *guard}));
            finding.decided_by.push_back(evidence(firewall, {{chain.ruleset, *guard}, Verdict::deny, true}));
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
