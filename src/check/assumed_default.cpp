#include "check/from_notes.hpp"

namespace fwproof {

extern const Check check_assumed_default;
const Check check_assumed_default = {
    .id = "FW010",
    .name = "assumed-default",
    .severity = Severity::note,
    .subject = Subject::input,
    .summary = R"(The export does not say something that verdicts rest on)",
    .why =
        R"(A default action, a software version or a profile is missing in the export, and the vendor's default was taken. A device
that is set differently decides differently.)",
    .example = R"(a registry export without DefaultInboundAction)",
    .fix = R"(Export the missing part too, or state it in the site file.)",
    .standards = R"(nist-sp-800-41r1 5.2.2)",
    .run = &report_notes<NoteKind::assumed_default, Certainty::assumed>,
};

}  // namespace fwproof
