#include "check/from_flows.hpp"

namespace fwproof {

extern const Check check_missing_opening;
const Check check_missing_opening = {
    .id = "FW701",
    .name = "missing-opening",
    .severity = Severity::error,
    .subject = Subject::site,
    .summary = R"(A flow that a product needs does not pass a firewall on its way)",
    .why =
        R"(The document of the product lists the flow, both roles are bound to hosts of this site, and no packet of it gets through.
The product fails there, often long after the change that closed it. A flow that an earlier rule takes from its permit,
and one half of remote procedure calls, have checks of their own.)",
    .example = R"(a management server at 10.1.0.11, its database at 10.2.0.21, and no rule for tcp/1433 between them)",
    .fix =
        R"(Permit the flow before the rule that is named as deciding. Where the flow is not wanted, say so: leave the feature off or record a waiver with a reason.)",
    .standards = R"(nist-sp-800-41r1 5.2.2)",
    .references = R"(the catalog entry that the finding cites)",
    .run = &report_flows<Judgement::missing>,
};

}  // namespace fwproof
