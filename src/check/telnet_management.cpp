#include <fmt/format.h>

#include "check/management_permits.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    for (std::size_t i = 0; i < context.firewalls().size(); ++i) {
        for (const auto& permit : management_permits(context, i)) {
            if (!(permit.ports == PortSet::of(23))) continue;
            Finding finding = finding_about(check, context, *permit.opening, permit.opening->packets);
            finding.message = fmt::format("'{}' lets the device be managed over telnet", permit.statement);
            finding.fix = fmt::format("no {}", permit.statement);
            findings.push_back(std::move(finding));
        }
    }
}

}  // namespace

extern const Check check_telnet_management;
const Check check_telnet_management = {
    .id = "ASA106",
    .name = "telnet-management",
    .severity = Severity::error,
    .subject = Subject::rules,
    .summary = R"(The firewall is managed over telnet)",
    .why =
        R"(Telnet sends the password of an administrator in clear text. Whoever sees it owns the firewall. A statement for the
interface of the lowest security level works only inside a tunnel, which the finding says.)",
    .example = R"(telnet 10.1.0.0 255.255.0.0 inside)",
    .fix = R"(Remove the statement and use ssh: crypto key generate rsa, ssh 10.1.0.0 255.255.255.0 inside.)",
    .standards = R"(cis-asa-9.x-1.0.0 1.6.5
pci-dss-4.0.1 2.2.7)",
    .references = R"(Cisco ASA Series Command Reference, telnet)",
    .run = &run,
};

}  // namespace fwproof
