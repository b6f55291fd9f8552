#include <fmt/format.h>

#include "check/interface_openings.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    for (std::size_t i = 0; i < context.firewalls().size(); ++i) {
        for (const auto& one : interface_openings(context, i)) {
            if (one.listed) continue;
            std::vector<std::string> to;
            for (const auto& interface : one.to) {
                const bool lower = interface.name != one.from.name && !is_peer(one.from, interface);
                if (lower && !packets_to(context, one, {interface.name}).empty()) to.push_back(interface.name);
            }
            if (to.empty()) continue;
            Finding finding = finding_about(check, context, *one.opening, packets_to(context, one, to));
            finding.message = fmt::format("{} has no list, so everything from there is permitted to {}", one.from.name,
                                          join_some(to));
            findings.push_back(std::move(finding));
        }
    }
}

}  // namespace

extern const Check check_unfiltered_interface;
const Check check_unfiltered_interface = {
    .id = "FW404",
    .name = "unfiltered-interface",
    .severity = Severity::warning,
    .subject = Subject::rules,
    .summary = R"(Packets from an interface meet no list, and the security levels let them through)",
    .why =
        R"(Without a list an interface sends whatever it likes to every interface of a lower security level. That is rarely what
was decided; it is what was there before anybody decided. Not reported where a list at the other interface
filters; interfaces of one level and lists that do not cover a family have checks of their own.)",
    .example = R"(interface GigabitEthernet0/1
 nameif inside
 security-level 100
(no access-group ... in interface inside))",
    .fix = R"(Bind a list to the interface that permits what is needed.)",
    .standards = R"(pci-dss-4.0.1 1.3.2)",
    .references = R"(nipper-ng, issue NOFI
Cisco ASA Series Firewall CLI Configuration Guide, access rules (implicit permits))",
    .run = &run,
};

}  // namespace fwproof
