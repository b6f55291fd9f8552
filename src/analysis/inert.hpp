// Rules that no packet notices: any of them can be left out, alone or together, and every verdict stays.
#pragma once

#include <vector>

#include "fwproof/policy/policy.hpp"

namespace fwproof {

// By ruleset and rule. Inert are disabled rules, those that only count, returns that end their chain, jumps into chains
// that are all like that, and what stands behind a rule that takes every packet. A rule with a memory or a rate is not:
// another may ask for what it saw. Said from the form of the rules alone, in time linear in their number: a rule that
// is dead for what earlier ones match is not found.
std::vector<std::vector<bool>> inert_rules(const Policy& policy);

}  // namespace fwproof
