#include "check/from_notes.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    report_notes(context, check, NoteKind::unresolved_name, Certainty::exact, findings);
}

}  // namespace

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
    .references = R"(NIST SP 800-41r1, section 4.2)",
    .run = &run,
};

}  // namespace fwproof
