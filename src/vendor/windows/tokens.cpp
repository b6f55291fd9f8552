#include "vendor/windows/tokens.hpp"

#include <fmt/format.h>

#include "vendor/windows/words.hpp"

namespace fwproof::windows {

std::string_view rule_word(std::string_view word) {
#define FWPROOF_WORD(written, name) \
    if (same_word(word, written)) return name;
#include "vendor/windows/powershell_words.def"
#undef FWPROOF_WORD
    return word;
}

bool is_any(std::string_view value) { return same_word(value, "Any") || value == "*" || same_word(value, "All"); }

bool holds_any(std::string_view list) {
    while (!list.empty()) {
        const auto end = std::min(list.find(','), list.size());
        if (is_any(trimmed(list.substr(0, end)))) return true;
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return false;
}

void TokenWriter::add_protocol(std::string_view value, SourceSpan span) {
    value = rule_word(trimmed(value));
    if (is_any(value)) return;
    const auto known = parse_protocol(value);
    protocol_ = known ? std::to_string(*known) : std::string(value);
    add("Protocol", protocol_, span);
}

void TokenWriter::add_port(char side, std::string_view value, SourceSpan span) {
    add(fmt::format("{}Port", side), rule_word(trimmed(value)), span);
}

void TokenWriter::add_address(char side, std::string_view value, SourceSpan span) {
    value = trimmed(value);
    const bool numeric = value.find_first_of("0123456789") == 0 || value.find(':') != std::string_view::npos;
    if (numeric) return add(fmt::format("{}A{}", side, value.find(':') == std::string_view::npos ? 4 : 6), value, span);
    const bool family = value.ends_with('4') || value.ends_with('6');
    const std::string_view word = rule_word(family ? value.substr(0, value.size() - 1) : value);
    if (!value.ends_with('6')) add(fmt::format("{}A4", side), word, span);
    if (!value.ends_with('4')) add(fmt::format("{}A6", side), word, span);
}

void TokenWriter::add_icmp(std::string_view value, SourceSpan span) {
    std::string text(trimmed(value));
    if (const auto dot = text.find('.'); dot != std::string::npos) text[dot] = ':';
    add(protocol_ == "58" ? "ICMP6" : "ICMP4", text, span);
}

void TokenWriter::add_profiles(std::string_view words, SourceSpan span) {
    while (!words.empty()) {
        const auto end = std::min(words.find_first_of(",|"), words.size());
        const std::string_view word = trimmed(words.substr(0, end));
        if (!is_any(word) && !word.empty()) add("Profile", word, span);
        words.remove_prefix(std::min(end + 1, words.size()));
    }
}

}  // namespace fwproof::windows
