// What the interfaces of a device are called.
#pragma once

#include <map>
#include <set>
#include <string>

#include "fwproof/policy/policy.hpp"

namespace fwproof {

// The policy with other names for its interfaces: old to new. Names by their beginning stay.
Policy renamed(Policy policy, const std::map<std::string, std::string>& names);

// The names of interfaces that rules test, without the loopback.
std::set<std::string> tested_interfaces(const Policy& policy);

}  // namespace fwproof
