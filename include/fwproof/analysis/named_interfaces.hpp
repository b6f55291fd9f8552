// Which interfaces rules speak of.
#pragma once

#include <set>
#include <string>

#include "fwproof/policy/policy.hpp"

namespace fwproof {

// The names of interfaces, and the beginnings of names, that rules test.
std::set<std::string> named_interfaces(const Policy& policy);

}  // namespace fwproof
