#include "check/from_notes.hpp"

namespace fwproof {

extern const Check check_conflicting_definition;
const Check check_conflicting_definition = {
    .id = "FW004",
    .name = "conflicting-definition",
    .severity = Severity::error,
    .subject = Subject::input,
    .summary = R"(One name is defined twice with different values)",
    .why =
        R"(Which definition the device uses depends on the order of the export or of its stores; readers of the configuration see
one of them and trust it.)",
    .example = R"(object network DB
 host 10.2.0.5
object network DB
 host 10.2.0.6)",
    .fix = R"(Keep one definition and rename the other.)",
    .standards = R"(nist-sp-800-41r1 5.2.2)",
    .run = &report_notes<NoteKind::conflicting_definition>,
};

}  // namespace fwproof
