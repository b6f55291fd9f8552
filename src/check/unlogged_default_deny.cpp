#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>
#include "check/report_openings.hpp"

namespace fwproof {

namespace {

// Everything that some rule may log before it is decided.
PacketSet logged_packets(const RuleDesk& desk) {
    PacketSet logged = desk.space.empty();
    for (const auto& ruleset : desk.policy.rulesets) {
        if (!ruleset.bound) continue;
        for (const auto& rule : ruleset.rules) {
            if (rule.logs && std::holds_alternative<Continue>(rule.action)) logged = logged | desk.possibly(rule);
        }
    }
    return logged;
}

// A closing deny: a default, a deny of the device itself, or a rule for everything that is left.
bool closes(const Policy& policy, RuleRef ref) {
    const Ruleset& ruleset = policy.rulesets[ref.ruleset];
    if (!ruleset.filters) return false;
    if (ref.rule >= ruleset.rules.size()) {
        // The reader's own list of what a device does besides has no default of its own.
        return ruleset.rules.empty() ||
               std::any_of(ruleset.rules.begin(), ruleset.rules.end(), [](const Rule& r) { return !r.implicit; });
    }
    const Rule& rule = ruleset.rules[ref.rule];
    if (rule.implicit) return rule.span && rule.name.starts_with("implicit deny");
    // An ASA logs what a written deny drops, unless it says otherwise.
    const bool all = rule.match.exact() && rule.match.any_of.size() == 1 && rule.match.any_of[0].is_all();
    return policy.vendor == "iptables" && all && !rule.logs;
}

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    std::set<std::pair<std::size_t, RuleRef>> done;
    for (const auto& denial : context.rules().denials()) {
        const RuleDesk& desk = context.rules().desk(denial.firewall);
        if (!desk.policy.rules_log || denial.path->position == Position::outbound || !closes(desk.policy, denial.rule))
            continue;
        const PacketSet silent = denial.packets - logged_packets(desk);
        if (silent.empty() || !done.insert({denial.firewall, denial.rule}).second) continue;
        Finding finding = finding_about(check, context, denial, silent);
        finding.decided_by[0].verdict = to_string(Verdict::deny);
        finding.message = fmt::format("{} denies without a log entry", rule_name(desk.policy, denial.rule));
        finding.subject = std::exchange(finding.region, {});
        findings.push_back(std::move(finding));
    }
}

}  // namespace

extern const Check check_unlogged_default_deny;
const Check check_unlogged_default_deny = {
    .id = "FW501",
    .name = "unlogged-default-deny",
    .severity = Severity::warning,
    .subject = Subject::rules,
    .summary = R"(What no rule permits is denied without a log entry)",
    .why =
        R"(Denied packets are the first sign of a scan, of malware and of a service that is set up wrongly. The implicit deny
behind a list of an ASA logs nothing, and neither does a policy of iptables, nor a closing DROP without a LOG before
it. Rate limits at the log rule are in order. Where logging is no property of rules (Windows) nothing is reported.)",
    .example = R"(access-list OUT extended permit tcp any host 10.2.0.9 eq 443
(and no access-list OUT extended deny ip any any log))",
    .fix = R"(Close the list with a deny for everything that logs.)",
    .standards = R"(stig-firewall-srg-v3r1 V-206682)",
    .references = R"(nipper-ng, issue DELO
Cisco ASA Series Firewall CLI Configuration Guide, logging for access lists)",
    .run = &run,
};

}  // namespace fwproof
