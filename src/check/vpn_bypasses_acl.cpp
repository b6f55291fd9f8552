#include <fmt/format.h>

#include "check/describe.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    for (const auto& firewall : context.firewalls()) {
        for (const auto& setting : firewall.policy->settings) {
            if (setting.name != "vpn-bypasses-lists") continue;
            Finding finding = finding_about(check, firewall, setting);
            finding.message =
                "packets out of the VPN tunnels that end here meet no list: 'sysopt connection permit-vpn' "
                "is on unless it is switched off";
            finding.fix = "no sysopt connection permit-vpn";
            if (setting.value == "vpn-filter") {
                finding.severity = Severity::note;
                finding.details.emplace_back("the tunnels of some group policies have a vpn-filter");
            }
            findings.push_back(std::move(finding));
        }
    }
}

}  // namespace

extern const Check check_vpn_bypasses_acl;
const Check check_vpn_bypasses_acl = {
    .id = "ASA102",
    .name = "vpn-bypasses-acl",
    .severity = Severity::warning,
    .subject = Subject::rules,
    .summary = R"(Packets out of a VPN tunnel meet no access list)",
    .why =
        R"(sysopt connection permit-vpn is the default and does not show in a configuration. With it everything that comes out of a
tunnel passes the lists of the interface where the tunnel ends, and reaches every network behind the device. Reported
where tunnels end at an interface; as a note where group policies bring filters of their own.)",
    .example = R"(crypto map VPN interface outside
(and no line "no sysopt connection permit-vpn"))",
    .fix =
        R"(Write "no sysopt connection permit-vpn" and permit in the list of that interface what the tunnels need, or give each
group policy a vpn-filter. Lists must hold the permits before the command is switched off.)",
    .standards = R"(cis-asa-9.x-1.0.0 3.13)",
    .references = R"(Cisco ASA Series Command Reference, sysopt connection permit-vpn)",
    .run = &run,
};

}  // namespace fwproof
