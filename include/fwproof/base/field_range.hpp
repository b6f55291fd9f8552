// How far the values of header fields go.
#pragma once

#include "fwproof/base/product.hpp"

namespace fwproof {

// The greatest value that a packet can have there. (All bits where nobody says.)
std::uint64_t greatest(Field field);

}  // namespace fwproof
