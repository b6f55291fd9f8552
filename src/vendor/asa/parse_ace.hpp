// One rule of an extended or advanced list.
#pragma once

#include "vendor/asa/ast.hpp"

namespace fwproof::asa {

// Reads from the action word on. What is not legible makes the rule unreadable with its problem set; the operands that
// stood before it are kept, the others stay unknown.
void parse_ace(Statement& statement, Ace& ace);

}  // namespace fwproof::asa
