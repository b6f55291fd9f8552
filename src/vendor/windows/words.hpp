// ASCII text comparisons that all carriers share: Windows compares keys and enumerated words without case.
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "fwproof/base/letters.hpp"

namespace fwproof::windows {

bool same_word(std::string_view a, std::string_view b);                // without case
bool starts_with_word(std::string_view text, std::string_view start);  // without case
// Without case; npos when absent. Linear in `text` times `word`, for short words.
std::size_t find_word(std::string_view text, std::string_view word, std::size_t from = 0);
std::string_view trimmed(std::string_view text);  // blanks, tabs and line ends

// The whole text as a decimal number.
template <class T>
std::optional<T> number(std::string_view text) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

// "true", "1", "yes" / "false", "0", "no", without case.
std::optional<bool> truth(std::string_view text);

}  // namespace fwproof::windows
