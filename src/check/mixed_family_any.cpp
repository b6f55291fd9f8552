#include "check/from_notes.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    report_notes(context, check, NoteKind::mixed_family_any, Certainty::exact, findings);
}

}  // namespace

extern const Check check_mixed_family_any;
const Check check_mixed_family_any = {
    .id = "FW011",
    .name = "mixed-family-any",
    .severity = Severity::note,
    .subject = Subject::input,
    .summary = R"("any" covers IPv4 and IPv6 where only IPv4 may be meant)",
    .why = R"(Since the device treats any as both families, a rule written for IPv4 also holds for IPv6.)",
    .example = R"(access-list OUT extended permit tcp any host 10.2.0.5 eq 443)",
    .fix = R"(Write any4 where IPv4 is meant.)",
    .references = R"(Cisco ASA 9.0 release notes (any4, any6))",
    .run = &run,
};

}  // namespace fwproof
