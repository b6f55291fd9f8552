#include "vendor/windows/words.hpp"

#include <algorithm>

namespace fwproof::windows {

bool same_word(std::string_view a, std::string_view b) {
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower_case(x) == lower_case(y); });
}

bool starts_with_word(std::string_view text, std::string_view start) {
    return text.size() >= start.size() && same_word(text.substr(0, start.size()), start);
}

std::size_t find_word(std::string_view text, std::string_view word, std::size_t from) {
    for (; from + word.size() <= text.size(); ++from) {
        if (same_word(text.substr(from, word.size()), word)) return from;
    }
    return std::string_view::npos;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlank = " \t\r\n";
    const auto first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::optional<bool> truth(std::string_view text) {
    if (same_word(text, "true") || text == "1" || same_word(text, "yes")) return true;
    if (same_word(text, "false") || text == "0" || same_word(text, "no")) return false;
    return std::nullopt;
}

}  // namespace fwproof::windows
