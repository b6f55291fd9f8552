// Which of the permits that a packet meets on its way names the rule that permits it.
#pragma once

#include "fwproof/policy/policy.hpp"

namespace fwproof {

// A packet is permitted once in each stage. The heaviest permit names the rule, and of several the last: a rule that
// somebody wrote to filter, before defaults and what the device does by itself, before what only ends a list that is
// made for something else (translation, marks).
int weight_of_permit(const Policy& policy, const RuleRef& ref);
inline constexpr int kHeaviestPermit = 2;  // the lightest is 0

}  // namespace fwproof
