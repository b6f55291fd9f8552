// Packets drawn: how much of the ports and of the addresses a region takes, and how much of them is needed.
#pragma once

#include <string>
#include <vector>

#include "fwproof/base/product.hpp"

namespace fwproof::report {

// A <figure> with bars of the sources, destinations and ports of each region; empty without regions. Ports stand on an
// axis of three equal thirds (well known, registered, dynamic), addresses on the smallest prefix around them. Where
// something is `needed`, each bar has a second lane with what of it is: the region is the surplus then.
std::string region_bars(const std::vector<Product>& region, bool complete, const std::vector<Product>& needed);

}  // namespace fwproof::report
