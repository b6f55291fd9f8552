// Requirements of several rows that ask for the same.
#pragma once

#include <vector>

#include "fwproof/catalog/requirement.hpp"

namespace fwproof::catalog_resolve {

// From `first` on: the same packets between the same hosts become one requirement with all of its places. Members of
// alternative groups stay as they are.
void merge_equal(std::vector<Requirement>& requirements, std::size_t first);

}  // namespace fwproof::catalog_resolve
