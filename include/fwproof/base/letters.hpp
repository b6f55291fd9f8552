// Upper and lower case of ASCII; other bytes stay as they are, whatever the locale.
#pragma once

#include <string>
#include <string_view>

namespace fwproof {

constexpr char lower_case(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
std::string lower_case(std::string_view text);

}  // namespace fwproof
