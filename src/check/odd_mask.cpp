#include "check/from_notes.hpp"

namespace fwproof {

extern const Check check_odd_mask;
const Check check_odd_mask = {
    .id = "FW008",
    .name = "odd-mask",
    .severity = Severity::warning,
    .subject = Subject::input,
    .summary = R"(An address and its mask do not fit together)",
    .why =
        R"(Host bits below the mask, or a mask with holes, often mean that other addresses were meant than those that the device
uses. A wildcard mask in the place of a network mask is reported as wildcard-mask.)",
    .example = R"(access-list OUT extended permit ip 10.1.0.7 255.255.255.0 any)",
    .fix = R"(Write the network address and a contiguous netmask.)",
    .references = R"(Cisco ASA Series Command Reference, access-list extended)",
    .run = &report_notes<NoteKind::odd_mask>,
};

}  // namespace fwproof
