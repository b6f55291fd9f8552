#include "check/rule_faults.hpp"

namespace fwproof {

extern const Check check_contradicting_rule;
const Check check_contradicting_rule = {
    .id = "FW108",
    .name = "contradicting-rule",
    .severity = Severity::error,
    .subject = Subject::rules,
    .summary = R"(A rule says the opposite of an earlier rule about the same packets)",
    .why =
        R"(Both match exactly the same packets; the first one wins. One of the two is a mistake, and the export does not say
which.)",
    .example = R"(-A INPUT -p tcp -m tcp --dport 3389 -j DROP
-A INPUT -p tcp -m tcp --dport 3389 -j ACCEPT)",
    .fix = R"(Find out which one is meant and remove the other.)",
    .standards = R"(nist-sp-800-41r1 5.2.2)",
    .references =
        R"(E. Al-Shaer and H. Hamed, Discovery of Policy Anomalies in Distributed Firewalls, INFOCOM 2004: shadowing anomaly)",
    .run = &report_faults<Fault::contradicting>,
};

}  // namespace fwproof
