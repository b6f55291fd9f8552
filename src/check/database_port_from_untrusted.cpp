#include "check/report_openings.hpp"

namespace fwproof {

extern const Check check_database_port_from_untrusted;
const Check check_database_port_from_untrusted = {
    .id = "FW212",
    .name = "database-port-from-untrusted",
    .severity = Severity::error,
    .subject = Subject::rules,
    .summary = R"(Anybody may reach a database)",
    .why =
        R"(A database that answers the Internet is copied before its owner notices. Stored account data in particular must not be
reachable from untrusted networks.)",
    .example = R"(-A FORWARD -d 10.2.0.21/32 -p tcp -m tcp --dport 3306 -j ACCEPT)",
    .fix = R"(Permit it from the servers that use the database only.)",
    .standards = R"(pci-dss-4.0.1 1.4.4)",
    .run = &report_services_from_anybody<ServiceGroup::database>,
};

}  // namespace fwproof
