#include "fwproof/base/nesting.hpp"

#include <algorithm>
#include <string>

namespace fwproof {

std::optional<std::size_t> deeper_json(std::string_view text, std::size_t levels) {
    std::size_t depth = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quoted) {
            if (c == '\\') ++i;
            quoted = c != '"';
        } else if (c == '"') {
            quoted = true;
        } else if (c == '[' || c == '{') {
            if (++depth > levels) return i;
        } else if ((c == ']' || c == '}') && depth > 0) {
            --depth;
        }
    }
    return std::nullopt;
}

namespace {

// Behind the string that begins there. A string in one line that is not closed ends with the line.
std::size_t end_of_string(std::string_view text, std::size_t at) {
    const char quote = text[at];
    const std::string three(3, quote);
    const bool lines = text.substr(at, 3) == three;
    for (at += lines ? 3 : 1; at < text.size(); ++at) {
        if (text[at] == '\\' && quote == '"') {
            ++at;
        } else if (lines ? text.substr(at, 3) == three : text[at] == quote || text[at] == '\n') {
            if (!lines) return at + 1;
            at += 3;
            // One or two quotes may stand before the three that end it.
            for (int more = 0; more < 2 && at < text.size() && text[at] == quote; ++more) ++at;
            return at;
        }
    }
    return text.size();
}

}  // namespace

std::optional<std::size_t> longer_toml_key(std::string_view text, std::size_t parts) {
    std::size_t found = 1;
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        if (c == '"' || c == '\'') {
            at = end_of_string(text, at);
            continue;
        }
        if (c == '#') {
            at = std::min(text.find('\n', at), text.size());
            continue;
        }
        if (c == '.' && ++found > parts) return at;
        if (std::string_view("=,[]{}\n").find(c) != std::string_view::npos) found = 1;
        ++at;
    }
    return std::nullopt;
}

}  // namespace fwproof
