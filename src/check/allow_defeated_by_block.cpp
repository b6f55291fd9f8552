#include "check/rule_faults.hpp"

namespace fwproof {

extern const Check check_allow_defeated_by_block;
const Check check_allow_defeated_by_block = {
    .id = "FW112",
    .name = "allow-defeated-by-block",
    .severity = Severity::error,
    .subject = Subject::rules,
    .summary = R"(An allow permits nothing because blocks cover all of it)",
    .why =
        R"(Where rules have no order, as in the Windows Firewall, a block wins against an allow however specific the allow is.
Whoever wrote the allow expects a service to be reachable, and it is not. A rule is reported only when it is defeated
in every profile in which it is enabled.)",
    .example = R"(a rule that blocks TCP 3389, and one that allows TCP 3389 from 10.1.0.0/24)",
    .fix = R"(Narrow the block, or remove the allow.)",
    .references =
        R"(Microsoft, Windows Firewall rules: explicit block rules take precedence over conflicting allow rules)",
    .run = &report_faults<Fault::defeated_by_block>,
};

}  // namespace fwproof
