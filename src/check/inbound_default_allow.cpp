#include <fmt/format.h>

#include <set>

#include "check/report_openings.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    std::set<std::pair<std::size_t, RuleRef>> done;
    for (const auto& opening : context.rules().openings()) {
        if (opening.by != OpenedBy::standard || opening.path->position != Position::inbound) continue;
        const Policy& policy = context.rules().desk(opening.firewall).policy;
        if (policy.ordered || !done.insert({opening.firewall, opening.rule}).second) continue;
        Finding finding = finding_about(check, context, opening, opening.packets);
        finding.message =
            fmt::format("inbound packets that no rule matches are permitted in the {} profile", opening.path->variant);
        finding.fix =
            fmt::format("Set-NetFirewallProfile -Profile {} -DefaultInboundAction Block", opening.path->variant);
        findings.push_back(std::move(finding));
    }
}

}  // namespace

extern const Check check_inbound_default_allow;
const Check check_inbound_default_allow = {
    .id = "WIN102",
    .name = "inbound-default-allow",
    .severity = Severity::error,
    .subject = Subject::rules,
    .summary = R"(A profile permits every inbound packet that no rule matches)",
    .why =
        R"(With DefaultInboundAction Allow every service that listens on the host is open, also those that are installed later.
Allow rules then say nothing; only block rules do. Not reported where the firewall is off in that profile, which is a
finding of its own, or where packets never reach the default.)",
    .example = R"([HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\WindowsFirewall\PublicProfile]
"DefaultInboundAction"=dword:00000000)",
    .fix =
        R"(Make allow rules for what the host offers, then Set-NetFirewallProfile -Profile Domain,Private,Public
-DefaultInboundAction Block.)",
    .standards = R"(stig-windows-firewall-v2r2 V-241992
stig-windows-firewall-v2r2 V-241997
stig-windows-firewall-v2r2 V-242002
pci-dss-4.0.1 1.3.1)",
    .references = R"(Set-NetFirewallProfile, DefaultInboundAction)",
    .run = &run,
};

}  // namespace fwproof
