#include "check/from_notes.hpp"

namespace fwproof {

extern const Check check_undefined_reference;
const Check check_undefined_reference = {
    .id = "FW003",
    .name = "undefined-reference",
    .severity = Severity::error,
    .subject = Subject::input,
    .summary = R"(A rule names something that the export does not define)",
    .why =
        R"(Dropping the reference would narrow or widen the rule without a word. The rule is kept with an unknown part, and the
device may refuse or ignore it.)",
    .example = R"(access-list OUT extended permit tcp any object-group WEB-SERVERS eq www)",
    .fix =
        R"(Define the name, or include the part of the configuration that defines it (an ipset dump, the object section) in the
export.)",
    .standards = R"(nist-sp-800-41r1 5.2.2)",
    .run = &report_notes<NoteKind::undefined_reference>,
};

}  // namespace fwproof
