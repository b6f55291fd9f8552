// Text of an input, made safe to show.
#pragma once

#include <string>
#include <string_view>

namespace fwproof {

// Valid UTF-8 without control characters, zero-width characters and direction overrides: what an export contains must
// not steer a terminal or disguise what it says. Each byte or character that is replaced becomes "?"; a tab becomes a
// blank.
std::string printable(std::string_view text);

}  // namespace fwproof
