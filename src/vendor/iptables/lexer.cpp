#include "vendor/iptables/lexer.hpp"

namespace fwproof::iptables {

namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

// A word with quotes in it, from `start`; leaves `at` behind it.
Word quoted_word(std::string_view line, std::size_t start, std::size_t& at, WordStore& store, bool& open) {
    std::string text;
    bool inside = false;
    bool escaped = false;
    for (at = start; at < line.size(); ++at) {
        const char c = line[at];
        if (inside) {
            if (escaped) {
                text += c;
                escaped = false;
            } else if (c == '\\') {
                escaped = true;
            } else if (c == '"') {
                ++at;
                inside = false;
                break;
            } else {
                text += c;
            }
        } else if (c == '"') {
            inside = true;
        } else if (is_blank(c)) {
            break;
        } else {
            text += c;
        }
    }
    open = open || inside;
    store.push_back(std::move(text));
    return {store.back(), 0, static_cast<std::uint32_t>(at - start), true};
}

}  // namespace

void split_line(std::string_view line, std::uint32_t offset, WordStore& store, SplitLine& out) {
    out.words.clear();
    out.open_quote = false;
    std::size_t at = 0;
    while (at < line.size()) {
        if (is_blank(line[at])) {
            ++at;
            continue;
        }
        const std::size_t start = at;
        while (at < line.size() && !is_blank(line[at]) && line[at] != '"') ++at;
        if (at < line.size() && line[at] == '"') {
            Word word = quoted_word(line, start, at, store, out.open_quote);
            word.offset = offset + static_cast<std::uint32_t>(start);
            out.words.push_back(word);
        } else {
            out.words.push_back({line.substr(start, at - start), offset + static_cast<std::uint32_t>(start),
                                 static_cast<std::uint32_t>(at - start), false});
        }
    }
}

}  // namespace fwproof::iptables
