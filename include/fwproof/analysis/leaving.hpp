// What becomes of packets that have passed every stage of a path.
#pragma once

#include <vector>

#include "fwproof/policy/policy.hpp"

namespace fwproof {

// Lists that rewrite the source of what leaves the device and stop nothing stand on no path.
std::vector<RulesetIndex> leaving_rulesets(const Policy& policy);

// The same as stages behind those of a path of that position, each for the packets of the family that its table is
// about. None for packets that stay.
std::vector<Stage> leaving_stages(const Policy& policy, Position position);

}  // namespace fwproof
