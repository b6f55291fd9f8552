// Of policy objects that are given in their order: what the winner says replaces what the others say.
#pragma once

#include "vendor/windows/store.hpp"

namespace fwproof::windows {

// Takes settings out of the stores that lose them and marks their rules as replaced; stores without a rank stay as they
// are. What the winner sets or deletes only perhaps leaves the others in doubt. Adds notes.
void apply_precedence(Export& made);

}  // namespace fwproof::windows
