#include "check/from_notes.hpp"

namespace fwproof {

extern const Check check_empty_group;
const Check check_empty_group = {
    .id = "FW005",
    .name = "empty-group",
    .severity = Severity::warning,
    .subject = Subject::input,
    .summary = R"(A group has no members, so rules with it match nothing)",
    .why = R"(A rule that matches nothing permits nothing and blocks nothing, whatever its text promises.)",
    .example = R"(object-group network BLOCKED
access-list OUT extended deny ip object-group BLOCKED any)",
    .fix = R"(Fill the group, or remove the rules that use it.)",
    .standards = R"(pci-dss-4.0.1 1.2.7)",
    .run = &report_notes<NoteKind::empty_group>,
};

}  // namespace fwproof
