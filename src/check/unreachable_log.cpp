#include "check/rule_faults.hpp"

namespace fwproof {

extern const Check check_unreachable_log;
const Check check_unreachable_log = {
    .id = "FW505",
    .name = "unreachable-log",
    .severity = Severity::warning,
    .subject = Subject::rules,
    .summary = R"(A rule that logs never matches)",
    .why =
        R"(Earlier rules decide all packets that it was to log, so the log stays empty and its readers think that nothing
happened.)",
    .example = R"(-A INPUT -j DROP
-A INPUT -j LOG --log-prefix "dropped: ")",
    .fix = R"(Move it before the rules that decide its packets.)",
    .standards = R"(nist-sp-800-41r1 5.2.3)",
    .run = &report_faults<Fault::unreachable_log>,
};

}  // namespace fwproof
