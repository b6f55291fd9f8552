#include <fmt/format.h>
#include "check/describe.hpp"
#include "check/rule_faults.hpp"

namespace fwproof {

namespace {

// "OUT line 8, OUT line 9 and OUT line 12 never match".
std::string sentence(const Policy& policy, const std::vector<const FaultyRule*>& group) {
    std::vector<std::string> names;
    for (const FaultyRule* one : group) names.push_back(rule_name(policy, one->anomaly.rule));
    const RuleRef by = group[0]->anomaly.blamed[0].rule;
    return fmt::format("{} never match{}: {} takes every packet before {}", join_some(names),
                       names.size() == 1 ? "es" : "", rule_name(policy, by), names.size() == 1 ? "it" : "them");
}

void report(const Check& check, const Firewall& firewall, const std::vector<const FaultyRule*>& group,
            std::vector<Finding>& findings) {
    const Policy& policy = *firewall.policy;
    const Blame& blame = group[0]->anomaly.blamed[0];
    Finding finding = finding_about(check, firewall, group[0]->anomaly.rule);
    finding.message = sentence(policy, group);
    finding.decided_by.push_back(evidence(firewall, blame.rule));
    finding.witness = blame.witness;
    std::vector<std::string> differ;
    for (const FaultyRule* one : group) {
        if (one->anomaly.standing == Standing::shadowed) differ.push_back(rule_name(policy, one->anomaly.rule));
    }
    if (!differ.empty()) finding.details.push_back("with another verdict: " + join_some(differ, 8));
    finding.fix = fmt::format("move {} before {}, or remove {}", group.size() == 1 ? "it" : "them",
                              rule_name(policy, blame.rule), group.size() == 1 ? "it" : "them");
    findings.push_back(std::move(finding));
}

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    std::vector<const FaultyRule*> group;
    const auto flush = [&] {
        if (!group.empty()) report(check, context.firewalls()[group[0]->firewall], group, findings);
        group.clear();
    };
    for (const auto& faulty : context.rules().faults()) {
        if (faulty.fault != Fault::behind_catch_all) continue;
        const bool same = !group.empty() && group[0]->firewall == faulty.firewall &&
                          group[0]->anomaly.blamed[0].rule == faulty.anomaly.blamed[0].rule;
        if (!same) flush();
        group.push_back(&faulty);
    }
    flush();
}

}  // namespace

extern const Check check_rule_after_catch_all;
const Check check_rule_after_catch_all = {
    .id = "FW109",
    .name = "rule-after-catch-all",
    .severity = Severity::warning,
    .subject = Subject::rules,
    .summary = R"(Rules stand behind a rule that takes every packet)",
    .why =
        R"(Nothing behind a rule for all packets can ever match. Usually the rules were appended with a tool that adds at the
end, after the closing rule was already there; what they were to permit is not permitted, what they were to deny is
not denied. A jump takes every packet where each surely gets a verdict in the chain. One finding speaks for all of
them.)",
    .example = R"(-A INPUT -j REJECT
-A INPUT -p tcp -m tcp --dport 8080 -j ACCEPT)",
    .fix = R"(Move the rules before the one that takes everything, or remove them.)",
    .standards = R"(nist-sp-800-41r1 5.2.2)",
    .references =
        R"(E. Al-Shaer and H. Hamed, Discovery of Policy Anomalies in Distributed Firewalls, INFOCOM 2004: shadowing anomaly
nipper-ng, issue UNUS)",
    .run = &run,
};

}  // namespace fwproof
