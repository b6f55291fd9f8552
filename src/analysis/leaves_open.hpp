// Whether a path leaves the verdict of some packets unknown.
#pragma once

#include <vector>

#include "fwproof/packet/packet_set.hpp"
#include "fwproof/policy/policy.hpp"

namespace fwproof {

// Of the packets of these products. True as well where it takes more than the budget to know.
bool leaves_open(const Policy& policy, const Path& path, const std::vector<Product>& questions, const Budget& budget);

}  // namespace fwproof
