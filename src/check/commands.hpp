// What an administrator types to change a rule.
#pragma once

#include <string>

#include "fwproof/policy/policy.hpp"

namespace fwproof {

struct Removal {
    std::string command;     // removes exactly this rule; empty where the export does not tell it
    bool by_number = false;  // it holds as long as no rule before it is removed
};
Removal removal(const Policy& policy, RuleRef rule);

}  // namespace fwproof
