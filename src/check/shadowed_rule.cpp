#include "check/rule_faults.hpp"

namespace fwproof {

extern const Check check_shadowed_rule;
const Check check_shadowed_rule = {
    .id = "FW101",
    .name = "shadowed-rule",
    .severity = Severity::error,
    .subject = Subject::rules,
    .summary = R"(A rule never matches because earlier rules decide its packets differently)",
    .why =
        R"(Somebody wrote the rule for a purpose, and the firewall does the opposite. A permit that is shadowed by a deny is an
outage that waits to be noticed; a deny that is shadowed by a permit is a hole that the rule was meant to close.
Shadowing by several rules together counts as well: none of them covers the rule alone. So does what rules before a jump
to the chain take. Flags, states, negations and
interfaces are compared too, and rules that only may match are never blamed.)",
    .example = R"(access-list OUT extended deny tcp any 10.2.0.0 255.255.255.0
access-list OUT extended permit tcp host 10.1.0.5 host 10.2.0.9 eq 443)",
    .fix = R"(Move the rule before those that take its packets, or remove it.)",
    .standards = R"(nist-sp-800-41r1 5.2.2)",
    .references =
        R"(E. Al-Shaer and H. Hamed, Discovery of Policy Anomalies in Distributed Firewalls, INFOCOM 2004: shadowing anomaly)",
    .run = &report_faults<Fault::shadowed>,
};

}  // namespace fwproof
