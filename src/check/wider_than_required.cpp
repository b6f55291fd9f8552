#include "check/from_flows.hpp"

namespace fwproof {

extern const Check check_wider_than_required;
const Check check_wider_than_required = {
    .id = "FW708",
    .name = "wider-than-required",
    .severity = Severity::warning,
    .subject = Subject::site,
    .summary = R"(A rule that serves a required flow also permits what nobody needs)",
    .why =
        R"(The rule is needed, so it stays when rules are reviewed, and what it permits beside the flow stays with it: a whole network
instead of two servers, all ports instead of one.)",
    .example = R"(access-list MGMT extended permit tcp 10.1.0.0 255.255.255.0 host 10.2.0.21 eq 1433
with management servers 10.1.0.11 and 10.1.0.12 only)",
    .fix = R"(Narrow the rule to the hosts and ports of the flow. The finding lists exactly what it permits beyond.)",
    .standards = R"(pci-dss-4.0.1 1.2.5
nist-sp-800-41r1 5.2.2)",
    .references = R"(the catalog entry that the finding cites)",
    .run = &report_surplus<SurplusKind::wider>,
};

}  // namespace fwproof
