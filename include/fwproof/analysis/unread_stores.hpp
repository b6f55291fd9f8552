// What a change of one store of rules does on a host whose other stores were not read.
#pragma once

#include "fwproof/analysis/review.hpp"

namespace fwproof {

// A block counts in every store. Where it comes or goes, and no rule of this store decides beside it, the others may
// permit: adds these regions to the review of the two versions, with the default as what may decide. What such a
// default permits stays, for only blocks of others could take it.
void add_unread_stores(const Policy& before, const Policy& after, const ReviewOptions& options, Review& review);

}  // namespace fwproof
