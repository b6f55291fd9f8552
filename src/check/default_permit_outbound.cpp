#include <fmt/format.h>
#include <set>
#include "check/report_openings.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    std::set<std::pair<std::size_t, RuleRef>> done;
    for (const auto& opening : context.rules().openings()) {
        if (opening.by != OpenedBy::standard || opening.path->position != Position::outbound) continue;
        if (!is_network(context, opening.firewall) || !done.insert({opening.firewall, opening.rule}).second) continue;
        const Policy& policy = context.rules().desk(opening.firewall).policy;
        Finding finding = finding_about(check, context, opening, opening.packets);
        finding.message = fmt::format("what no rule of {} matches may leave this network firewall",
                                      policy.rulesets[opening.rule.ruleset].name);
        findings.push_back(std::move(finding));
    }
}

}  // namespace

extern const Check check_default_permit_outbound;
const Check check_default_permit_outbound = {
    .id = "FW402",
    .name = "default-permit-outbound",
    .severity = Severity::warning,
    .subject = Subject::rules,
    .summary = R"(A network firewall permits whatever it sends itself and no rule mentions)",
    .why =
        R"(A firewall that was broken into can fetch tools and send data anywhere. Only network firewalls are asked: for hosts
the Windows Firewall STIG (V-241993, V-241998) wants outbound traffic permitted by default, and PCI DSS and NIST want
it filtered at the border. --position says which of the two it is.)",
    .example = R"(:OUTPUT ACCEPT [0:0])",
    .fix = R"(Permit what the device needs (name service, time, logging, updates) and set the default to deny.)",
    .standards = R"(pci-dss-4.0.1 1.3.2
stig-firewall-srg-v3r1 SRG-NET-000364-FW-000032)",
    .run = &run,
};

}  // namespace fwproof
