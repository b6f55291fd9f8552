// Packets from outside whose source can only be inside.
#pragma once

#include <vector>

#include "fwproof/policy/policy.hpp"

namespace fwproof {

// Enabled interfaces that are known to be outside and do not check sources themselves.
std::vector<Interface> unchecked_interfaces(const Policy& policy);
// Networks behind the other interfaces, and addresses that the Internet does not use; without those where the interface
// itself stands in a private network. Loopback is left out: no device forwards it.
AddressSet forged_sources(const Policy& policy, const Interface& outer);
Product forged_packets(const Policy& policy, const Interface& outer);

}  // namespace fwproof
