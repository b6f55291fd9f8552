#include "check/windows_rules.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    report_trait(context, check, Trait::edge_traversal,
                 "also takes packets that come through address translation by a tunnel", findings);
}

}  // namespace

extern const Check check_edge_traversal_allow;
const Check check_edge_traversal_allow = {
    .id = "WIN109",
    .name = "edge-traversal-allow",
    .severity = Severity::warning,
    .subject = Subject::rules,
    .summary = R"(An inbound rule takes packets that reach the host through address translation)",
    .why =
        R"(With edge traversal (Edge=TRUE) a tunnel such as Teredo makes the port reachable from the Internet, past the router
that hides the host. No traffic inside an organisation needs it. Not reported where the application or the user decides
(Defer), nor from reports that leave that out.)",
    .example = R"(v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=3389|Edge=TRUE|Name=Remote Desktop|)",
    .fix = R"(Set-NetFirewallRule -Name ... -EdgeTraversalPolicy Block.)",
    .references = R"(New-NetFirewallRule, parameter EdgeTraversalPolicy
[MS-FASP] 2.2.37, FW_RULE_FLAGS_ROUTEABLE_ADDRS_TRAVERSE)",
    .run = &run,
};

}  // namespace fwproof
