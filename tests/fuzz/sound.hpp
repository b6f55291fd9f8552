// What must hold of every policy that a reader makes, whatever bytes it was made from; aborts where it does not.
#pragma once

#include "fwproof/policy/policy.hpp"

namespace fwproof::fuzz {

// Spans, jumps, stages point somewhere; exact matches have no conditions; the canonical text is read back as the same.
void check_sound(const Policy& policy);

}  // namespace fwproof::fuzz
