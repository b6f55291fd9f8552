#include "check/report_openings.hpp"

namespace fwproof {

extern const Check check_worm_port_from_untrusted;
const Check check_worm_port_from_untrusted = {
    .id = "FW303",
    .name = "worm-port-from-untrusted",
    .severity = Severity::error,
    .subject = Subject::rules,
    .summary = R"(Anybody may reach a service that worms spread through)",
    .why =
        R"(RPC, NetBIOS, SMB and the SQL Server browser were made for local networks. From outside they are used by nobody but
worms and ransomware.)",
    .example = R"(access-list OUT extended permit tcp any 10.2.0.0 255.255.255.0 eq 445)",
    .fix = R"(Block them at the border in both directions; use a VPN where a partner needs them.)",
    .standards = R"(nist-sp-800-41r1 4.1)",
    .run = &report_services_from_anybody<ServiceGroup::worm>,
};

}  // namespace fwproof
