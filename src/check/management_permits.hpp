// Services of the device itself that its configuration opens (ssh, telnet, http).
#pragma once

#include <string>
#include <vector>

#include "check/report_openings.hpp"

namespace fwproof {

struct ManagementPermit {
    const Opening* opening = nullptr;
    std::string statement;  // "ssh 0.0.0.0 0.0.0.0 outside"
    std::string interface;
    PortSet ports;
};

// In the order in which packets meet them.
std::vector<ManagementPermit> management_permits(const CheckContext& context, std::size_t firewall);

}  // namespace fwproof
