// From what a host enforces to the normalized policy.
#pragma once

#include "fwproof/vendor/vendor.hpp"
#include "vendor/windows/layer.hpp"

namespace fwproof::windows {

// One ruleset per profile and direction: bypass, block, allow, default.
Policy lower_export(Export made, const LoadOptions& options, ProfileMask profiles);

// One rule as rules of the model: a list that mixes numbers and keywords becomes several, so that the numbers stay
// exact. What the user says of keywords resolves them. Only match, action, name, comment and span are set.
std::vector<Rule> lower_rule(const FirewallRule& rule, bool inbound, const LoadOptions& options);

}  // namespace fwproof::windows
