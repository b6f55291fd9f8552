// Which rulesets can be entered: those that no chain of jumps leads back into.
#pragma once

#include <vector>

#include "fwproof/policy/policy.hpp"

namespace fwproof {

// By ruleset. False: the ruleset can reach itself, or its jumps are nested deeper than any device allows; what enters
// it is not decided. Tarjan's strongly connected components (1972) without recursion: linear in the number of jumps.
std::vector<bool> enterable_rulesets(const Policy& policy);

}  // namespace fwproof
