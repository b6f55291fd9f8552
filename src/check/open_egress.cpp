#include <fmt/format.h>
#include "check/egress.hpp"
#include "check/report_openings.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    each_opening(context, [&](const Opening& opening) {
        const RuleDesk& desk = context.rules().desk(opening.firewall);
        const std::string services = open_egress(context, opening);
        if (services.empty()) return false;
        Finding finding = finding_about(check, context, opening, opening.packets);
        finding.message = fmt::format("{} {} {} from {} to the Internet", rule_name(desk.policy, opening.rule),
                                      opening.surely ? "permits" : "may permit", services, source_text(opening));
        findings.push_back(std::move(finding));
        return true;
    });
}

}  // namespace

extern const Check check_open_egress;
const Check check_open_egress = {
    .id = "FW305",
    .name = "open-egress",
    .severity = Severity::warning,
    .subject = Subject::rules,
    .summary = R"(Every service is permitted from inside to the Internet)",
    .why =
        R"(What gets into the network gets out again through any port: data that is stolen, and the connection of a trojan to its
master. Every port of TCP or of UDP counts as well. Only network firewalls are asked (--position host switches it off): on hosts the guidance is to permit
outbound traffic.)",
    .example = R"(access-list IN extended permit ip 10.1.0.0 255.255.0.0 any)",
    .fix = R"(List what inner machines may use, and send web traffic through a proxy.)",
    .standards = R"(pci-dss-4.0.1 1.3.2
nist-sp-800-41r1 4.1
stig-firewall-srg-v3r1 SRG-NET-000364-FW-000032)",
    .run = &run,
};

}  // namespace fwproof
