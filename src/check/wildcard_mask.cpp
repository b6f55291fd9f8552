#include "check/from_notes.hpp"

namespace fwproof {

extern const Check check_wildcard_mask;
const Check check_wildcard_mask = {
    .id = "ASA105",
    .name = "wildcard-mask",
    .severity = Severity::error,
    .subject = Subject::input,
    .summary = R"(A wildcard mask stands where the device reads a network mask)",
    .why =
        R"(Other Cisco systems write 10.1.0.0 0.0.0.255 for a network of 256 addresses. An ASA reads 0.0.0.255 as a network mask, so
the rule matches every address that ends with 0: something else than was meant, in most cases nothing. Verdicts take
both readings into account.)",
    .example = R"(access-list OUT extended permit tcp 10.1.0.0 0.0.0.255 any eq 443)",
    .fix = R"(Write the network mask: 255.255.255.0.)",
    .references = R"(Cisco ASA Series Command Reference, access-list extended)",
    .run = &report_notes<NoteKind::wildcard_mask>,
};

}  // namespace fwproof
