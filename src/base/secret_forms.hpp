// Secrets that are known by their form, wherever they stand, or in what people wrote.
#pragma once

#include <string_view>
#include <vector>

#include "fwproof/base/secrets.hpp"

namespace fwproof {

bool is_letter_or_digit(char c);
// Of a name that may hold "-" and "_".
bool is_name_character(char c);

// Keys of clouds and tokens of services, anywhere in the line.
void add_known_keys(std::string_view line, std::vector<Secret>& secrets);
// Tokens in a remark, which is a part of the line. Parts that "-", "_" or "/" joins are words of their own: names of
// hosts and tickets, paths.
void add_tokens(std::string_view line, std::string_view remark, std::vector<Secret>& secrets);

}  // namespace fwproof
