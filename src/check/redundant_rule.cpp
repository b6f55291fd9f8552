#include "check/rule_faults.hpp"

namespace fwproof {

extern const Check check_redundant_rule;
const Check check_redundant_rule = {
    .id = "FW103",
    .name = "redundant-rule",
    .severity = Severity::warning,
    .subject = Subject::rules,
    .summary = R"(A rule matches but changes nothing, because other rules decide the same for all its packets)",
    .why =
        R"(The rule can go without any packet being treated differently. Not reported: a rule that only repeats the default
verdict, as a closing "deny any any" does, and one whose removal would lose a log entry or change how a packet is
rejected.)",
    .example = R"(access-list OUT extended permit tcp host 10.1.0.5 host 10.2.0.9 eq 443
access-list OUT extended permit tcp 10.1.0.0 255.255.255.0 host 10.2.0.9 eq 443)",
    .fix = R"(Remove the rule, or the wider one if that is the one nobody meant.)",
    .standards = R"(pci-dss-4.0.1 1.2.7)",
    .references =
        R"(E. Al-Shaer and H. Hamed, Discovery of Policy Anomalies in Distributed Firewalls, INFOCOM 2004: redundancy anomaly)",
    .run = &report_faults<Fault::redundant>,
};

}  // namespace fwproof
