#include "check/from_notes.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    report_notes(context, check, NoteKind::conflicting_definition, Certainty::exact, findings);
}

}  // namespace

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
    .references = R"(NIST SP 800-41r1, section 4.3)",
    .run = &run,
};

}  // namespace fwproof
