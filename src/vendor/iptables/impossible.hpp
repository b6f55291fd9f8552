// What Linux tells us about headers that cannot occur, as Policy::impossible.
#pragma once

#include "fwproof/policy/policy.hpp"

namespace fwproof::iptables {

// After all rules are lowered: only what some rule tells apart is stated.
void add_impossible(Policy& policy);

// Matches everything, on a condition that names `why`.
RuleMatch anything_unknown(std::string why);

}  // namespace fwproof::iptables
