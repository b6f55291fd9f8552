// What interfaces let through because no list decides: security levels.
#pragma once

#include <string>
#include <vector>

#include "check/report_openings.hpp"

namespace fwproof {

struct InterfaceOpening {
    const Opening* opening = nullptr;  // made by the device, for one incoming interface
    Interface from;
    std::vector<Interface> to;
    bool listed = false;  // a list stands at the incoming interface all the same: it does not cover this family
};

// In the order in which packets meet them.
std::vector<InterfaceOpening> interface_openings(const CheckContext& context, std::size_t firewall);

// Another interface of the same security level.
bool is_peer(const Interface& from, const Interface& to);

// What passes from there to those interfaces whole: whatever service, to every computer. Empty where a further list
// takes a part.
PacketSet packets_to(const CheckContext& context, const InterfaceOpening& opening, const std::vector<std::string>& to);

}  // namespace fwproof
