// Regions of one path that were found by several questions.
#pragma once

#include <vector>

#include "fwproof/analysis/review.hpp"

namespace fwproof {

// One region for each direction and pair of deciding rules, by direction. Regions whose `also` differs stay apart: what
// it claims is only true of the first packets that it stands beside.
std::vector<ChangedRegion> merge_regions(std::vector<ChangedRegion> regions);

}  // namespace fwproof
