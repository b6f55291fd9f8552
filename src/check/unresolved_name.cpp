#include "check/from_notes.hpp"

namespace fwproof {

extern const Check check_unresolved_name;
const Check check_unresolved_name = {
    .id = "FW007",
    .name = "unresolved-name",
    .severity = Severity::note,
    .subject = Subject::input,
    .summary = R"(An address is written as a name that only the device can resolve)",
    .why =
        R"(Which addresses the rule covers is decided when the device asks its resolver. The rule is neither empty nor any: it is
unknown.)",
    .example = R"(object network UPDATES
 fqdn updates.example.com)",
    .fix = R"(Where the verdict must be certain, use addresses; else accept that it depends on the resolver.)",
    .standards = R"(nist-sp-800-41r1 5.2.2)",
    .run = &report_notes<NoteKind::unresolved_name>,
};

}  // namespace fwproof
