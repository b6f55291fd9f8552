#include <fmt/format.h>

#include "check/management_permits.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    for (std::size_t i = 0; i < context.firewalls().size(); ++i) {
        const RuleDesk& desk = context.rules().desk(i);
        for (const auto& permit : management_permits(context, i)) {
            const Rule& rule = desk.policy.rulesets[permit.opening->rule.ruleset].rules[permit.opening->rule.rule];
            if (!covers_internet(rule.match.any_of[0].header.source)) continue;
            const PacketSet packets = permit.opening->packets & desk.anybody;
            if (packets.empty()) continue;
            Finding finding = finding_about(check, context, *permit.opening, packets);
            finding.message = fmt::format("'{}' lets anybody at {} reach the management of the device",
                                          permit.statement, permit.interface);
            findings.push_back(std::move(finding));
        }
    }
}

}  // namespace

extern const Check check_management_from_any;
const Check check_management_from_any = {
    .id = "ASA107",
    .name = "management-from-any",
    .severity = Severity::error,
    .subject = Subject::rules,
    .summary = R"(Anybody outside may reach ssh, telnet or ASDM of the firewall)",
    .why =
        R"(A weakness of the service or one guessed password is enough to take over the firewall. Reported for the interfaces of
the lowest security level, where the statement names at least half of the Internet. Statements for inner interfaces are
not reported, and none for ASDM while its server is off.)",
    .example = R"(ssh 0.0.0.0 0.0.0.0 outside)",
    .fix = R"(Name the addresses of the administrators, or let them come through a VPN to an inner interface.)",
    .standards = R"(pci-dss-4.0.1 1.4.2)",
    .references = R"(Cisco ASA Series Command Reference, ssh, telnet, http)",
    .run = &run,
};

}  // namespace fwproof
