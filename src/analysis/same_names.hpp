// Interfaces and rulesets that one version of a device calls otherwise than the other.
#pragma once

#include <map>
#include <string>

#include "fwproof/policy/policy.hpp"

namespace fwproof {

// By the name before, the name after.
using Renames = std::map<std::string, std::string>;

// Interfaces that only one version names, with the same networks and addresses, which no other interface has.
Renames renamed_interfaces(const Policy& before, const Policy& after);

// Rulesets that only one version names and that hold the same rules as exactly one of the other version. Interfaces are
// called alike already.
Renames renamed_rulesets(const Policy& before, const Policy& after);

}  // namespace fwproof
