#include "check/report_openings.hpp"

namespace fwproof {

extern const Check check_admin_port_from_untrusted;
const Check check_admin_port_from_untrusted = {
    .id = "FW211",
    .name = "admin-port-from-untrusted",
    .severity = Severity::error,
    .subject = Subject::rules,
    .summary = R"(Anybody may reach a remote administration service)",
    .why =
        R"(SSH, Remote Desktop, WinRM, VNC, SNMP, IPMI and their like give the whole machine to whoever guesses a password or
knows a flaw, and they are tried all day long. Ports inside a range count as well. Not reported: a source that is a name,
a set, or an address keyword other than Internet, which are somebody, though the export does not say who.)",
    .example = R"(access-list OUT extended permit tcp any host 10.2.0.9 range 20 25)",
    .fix = R"(Permit it from the administrators' addresses or through a VPN only.)",
    .standards = R"(pci-dss-4.0.1 1.4.2
nist-sp-800-41r1 4.1)",
    .run = &report_services_from_anybody<ServiceGroup::admin>,
};

}  // namespace fwproof
