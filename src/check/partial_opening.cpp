#include "check/from_flows.hpp"

namespace fwproof {

extern const Check check_partial_opening;
const Check check_partial_opening = {
    .id = "FW702",
    .name = "partial-opening",
    .severity = Severity::error,
    .subject = Subject::site,
    .summary = R"(A flow that a product needs passes a firewall only in part)",
    .why =
        R"(Some ports, some hosts or some addresses of a required flow get through and others do not. Such faults show up as
intermittent failures of single hosts.)",
    .example = R"(five of the six pairs of three management servers are open on tcp/5723)",
    .fix = R"(Widen the permit by exactly what the finding lists as not passing.)",
    .references = R"(the catalog entry that the finding cites)",
    .run = &report_flows<Judgement::partial>,
};

}  // namespace fwproof
