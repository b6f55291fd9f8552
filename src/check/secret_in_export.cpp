#include "check/from_notes.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    report_notes(context, check, NoteKind::secret_in_export, Certainty::exact, findings);
}

}  // namespace

extern const Check check_secret_in_export;
const Check check_secret_in_export = {
    .id = "FW009",
    .name = "secret-in-export",
    .severity = Severity::warning,
    .subject = Subject::input,
    .summary = R"(The export holds a secret)",
    .why =
        R"(Passwords, keys and community strings in a configuration file travel with every copy of it. Outputs of fwproof do not show
them.)",
    .example = R"(snmp-server community <string>)",
    .fix = R"(Remove the secret from the file before it is committed, and change it where the file was shared.)",
    .references = R"(PCI DSS v4.0.1, 1.2.8)",
    .run = &run,
};

}  // namespace fwproof
