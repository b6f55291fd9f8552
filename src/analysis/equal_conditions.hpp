// Rules that hold on the same conditions: where one of them holds, so do the others.
#pragma once

#include <cstdint>
#include <vector>

#include "fwproof/policy/policy.hpp"

namespace fwproof {

// Whether such a condition gives one answer when it is asked twice about one packet.
bool is_lasting(ConditionKind kind);

// By rule of the ruleset: a number that it shares with the rules whose conditions hold exactly when its own do. 0: it
// has none, no other rule shares them, or they may change from one rule to the next (limits, what earlier packets left
// behind, words that nobody knows).
std::vector<std::uint32_t> number_conditions(const Policy& policy, RulesetIndex ruleset);

}  // namespace fwproof
