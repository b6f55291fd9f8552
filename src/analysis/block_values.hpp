// What rules behind a translation of a whole block test, as values of the addresses with which packets came.
#pragma once

#include "fwproof/analysis/nearby.hpp"
#include "fwproof/packet/packet_set.hpp"

namespace fwproof {

// Throws OutOfBudget where blocks and tests are so many that no export of a device can mean it.
void add_block_values(SpaceBuilder& builder, const Policy& policy, const Nearby& rules);

}  // namespace fwproof
