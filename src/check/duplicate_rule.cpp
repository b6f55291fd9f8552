#include "check/rule_faults.hpp"

namespace fwproof {

extern const Check check_duplicate_rule;
const Check check_duplicate_rule = {
    .id = "FW104",
    .name = "duplicate-rule",
    .severity = Severity::warning,
    .subject = Subject::rules,
    .summary = R"(A rule repeats an earlier rule)",
    .why =
        R"(Both match the same packets, however they are spelled (www is 80, a group can equal another), and have the same
verdict. Sooner or later one of the two is changed and the other is forgotten.)",
    .example = R"(access-list OUT extended permit tcp any host 10.2.0.9 eq www
access-list OUT extended permit tcp any host 10.2.0.9 eq 80)",
    .fix = R"(Remove one of them.)",
    .standards = R"(pci-dss-4.0.1 1.2.7)",
    .references =
        R"(E. Al-Shaer and H. Hamed, Discovery of Policy Anomalies in Distributed Firewalls, INFOCOM 2004: redundancy anomaly)",
    .run = &report_faults<Fault::duplicate>,
};

}  // namespace fwproof
