#include "check/from_flows.hpp"

namespace fwproof {

extern const Check check_install_only_opening;
const Check check_install_only_opening = {
    .id = "FW706",
    .name = "install-only-opening",
    .severity = Severity::error,
    .subject = Subject::site,
    .summary = R"(An opening that was needed only during an installation is still open)",
    .why =
        R"(Setup programs need remote administration ports that nothing uses afterwards. Left open they are what lateral movement
uses. Where the document says that the port may be closed the finding is an error, else a note; a warning where the rule
is for a program or service that nobody says to listen there.)",
    .example = R"(tcp/135, tcp/445, udp/137 and tcp/49152-65535 from a management server to its database after setup)",
    .fix =
        R"(Remove the rule, or the part of it that the finding names. While a host is being installed, say phase = "install" at its
binding.)",
    .standards = R"(pci-dss-4.0.1 1.2.5)",
    .references = R"(the catalog entry that the finding cites)",
    .run = &report_surplus<SurplusKind::install_only>,
};

}  // namespace fwproof
