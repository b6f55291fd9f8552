// What an administrator types to change a rule.
#pragma once

#include <string>

#include "fwproof/policy/policy.hpp"

namespace fwproof {

// The command that removes exactly this rule; empty where the export does not tell it.
std::string removal(const Policy& policy, RuleRef rule);

}  // namespace fwproof
