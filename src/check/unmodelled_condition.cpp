#include "check/from_notes.hpp"

namespace fwproof {

extern const Check check_unmodelled_condition;
const Check check_unmodelled_condition = {
    .id = "FW002",
    .name = "unmodelled-condition",
    .severity = Severity::note,
    .subject = Subject::input,
    .summary = R"(A rule depends on something that no packet header shows)",
    .why =
        R"(Whether the rule matches is decided by a program, a user, a schedule, a counter or the content of packets. Verdicts that
rest on it are only bounds: surely permitted without it, possibly permitted with it.)",
    .example = R"(-A INPUT -p tcp --dport 22 -m recent --name ssh --rcheck --seconds 60 -j DROP)",
    .fix =
        R"(Nothing is wrong with the rule. Where a verdict must be certain, write a rule that depends on header fields alone.)",
    .standards = R"(nist-sp-800-41r1 5.2.2)",
    .run = &report_notes<NoteKind::unmodelled_condition>,
};

}  // namespace fwproof
