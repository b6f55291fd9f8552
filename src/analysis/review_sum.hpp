// What the regions of a review come to.
#pragma once

#include "fwproof/analysis/review.hpp"

namespace fwproof {

// Sets the effect and the number of effective lines.
void sum_up(Review& review);

}  // namespace fwproof
