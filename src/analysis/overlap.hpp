// Quick tests on products and rulesets that need no packet space.
#pragma once

#include <optional>
#include <vector>

#include "fwproof/policy/policy.hpp"

namespace fwproof {

// Whether some packet is in both, as far as addresses, services and states tell (interfaces and further fields are not
// compared).
bool overlap(const Product& a, const Product& b);
// A product that holds what both have in common, exactly as far as addresses and states go. Nothing: they are disjoint.
std::optional<Product> common(const Product& a, const Product& b);

// The rulesets that a packet on the path can meet, in the order of first meeting.
std::vector<RulesetIndex> reachable_rulesets(const Policy& policy, const Path& path);

}  // namespace fwproof
