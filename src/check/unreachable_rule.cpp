#include "check/rule_faults.hpp"

namespace fwproof {

extern const Check check_unreachable_rule;
const Check check_unreachable_rule = {
    .id = "FW102",
    .name = "unreachable-rule",
    .severity = Severity::warning,
    .subject = Subject::rules,
    .summary = R"(A rule never matches because earlier rules take all its packets)",
    .why =
        R"(The text says something that has no effect. It makes every review longer, and it turns into a real rule when somebody
removes or narrows what hides it. Earlier rules here have the same verdict, or the rule only jumps. A rule in a chain is unreachable too where nothing that
jumps to the chain fits it: udp behind -p tcp -j TCP.)",
    .example = R"(-A INPUT -s 10.0.0.0/8 -p tcp -j ACCEPT
-A INPUT -s 10.1.2.3/32 -p tcp -m tcp --dport 22 -j ACCEPT)",
    .fix = R"(Remove the rule, or narrow the earlier one if it is wider than it was meant to be.)",
    .standards = R"(pci-dss-4.0.1 1.2.7)",
    .references =
        R"(E. Al-Shaer and H. Hamed, Discovery of Policy Anomalies in Distributed Firewalls, INFOCOM 2004: redundancy anomaly)",
    .run = &report_faults<Fault::unreachable>,
};

}  // namespace fwproof
