#include <fmt/format.h>
#include "check/antispoof.hpp"
#include "check/report_openings.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    for (std::size_t i = 0; i < context.firewalls().size(); ++i) {
        const RuleDesk& desk = context.rules().desk(i);
        for (const auto& outer : unchecked_interfaces(desk.policy)) {
            const PacketSet forged = desk.space.from(forged_packets(desk.policy, outer));
            for (const auto& opening : context.rules().openings()) {
                if (opening.firewall != i || opening.path->position != Position::transit || !opening.surely) continue;
                const PacketSet packets = opening.packets & forged;
                if (packets.empty()) continue;
                Finding finding = finding_about(check, context, opening, packets);
                finding.span = outer.span ? outer.span : finding.span;
                finding.message =
                    fmt::format("packets that come in at {} from {} are permitted, first by {}", outer.name,
                                to_string(forged_sources(desk.policy, outer)), rule_name(desk.policy, opening.rule));
                findings.push_back(std::move(finding));
                break;
            }
        }
    }
}

}  // namespace

extern const Check check_missing_antispoof;
const Check check_missing_antispoof = {
    .id = "FW406",
    .name = "missing-antispoof",
    .severity = Severity::warning,
    .subject = Subject::rules,
    .summary = R"(Packets from outside are permitted although their source can only be inside)",
    .why =
        R"(A packet that comes in from outside and claims to be from an own or a private network is forged. Asked for the
interfaces of the lowest security level, unless they check the source themselves (ip verify reverse-path). Own
networks are those of the other interfaces; private ones are left out where the outside is itself a private network. Not
asked of an iptables dump: it names neither the networks of its interfaces nor which of them leads outside, and the
check of the reverse path is a setting of the kernel (rp_filter) that stands elsewhere.)",
    .example = R"(access-list OUT extended permit tcp any host 10.2.0.9 eq 443)",
    .fix = R"(Deny own and private sources first on the outer interface, or switch on the check of the reverse path.)",
    .standards = R"(pci-dss-4.0.1 1.4.3
stig-firewall-srg-v3r1 SRG-NET-000364-FW-000031
cis-asa-9.x-1.0.0 3.7)",
    .run = &run,
};

}  // namespace fwproof
