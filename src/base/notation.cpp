#include "fwproof/base/notation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace fwproof {

namespace {

constexpr std::string_view kBlanks = " \t\r\n";

bool is_plain(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           byte >= 0x80 || std::string_view("_-./:@*%$~").find(c) != std::string_view::npos;
}

std::optional<int> hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return std::nullopt;
}

// The end of the quoted string that starts at `start`; npos when it is not closed.
std::size_t quote_end(std::string_view text, std::size_t start) {
    for (std::size_t i = start + 1; i < text.size(); ++i) {
        if (text[i] == '\\') {
            ++i;
        } else if (text[i] == '"') {
            return i;
        }
    }
    return std::string_view::npos;
}

}  // namespace

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += {'\\', c};
        } else if (c == '\n') {
            out += "\\n";
        } else if (byte < 0x20 || byte == 0x7f) {
            out += fmt::format("\\x{:02x}", byte);
        } else {
            out += c;
        }
    }
    return out + "\"";
}

std::optional<std::string> unquoted(std::string_view text) {
    if (text.size() < 2 || text[0] != '"' || quote_end(text, 0) != text.size() - 1) return std::nullopt;
    std::string out;
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
        if (text[i] != '\\') {
            out += text[i];
            continue;
        }
        const char escaped = text[++i];
        if (escaped == 'n') {
            out += '\n';
        } else if (escaped == 'x') {
            const auto high = i + 2 < text.size() - 1 ? hex_digit(text[i + 1]) : std::nullopt;
            const auto low = high ? hex_digit(text[i + 2]) : std::nullopt;
            if (!low) return std::nullopt;
            out += static_cast<char>(*high * 16 + *low);
            i += 2;
        } else {
            out += escaped;
        }
    }
    return out;
}

std::string name_word(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_plain) ? std::string(text) : quoted(text);
}

WordReader::WordReader(SourceSpan text) : text_(text), all_(text.text()) { scan(); }

SourceSpan WordReader::span() const {
    const std::size_t offset = at_end() ? end_of_last_ : start_;
    return {text_.source, text_.offset + static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(word_.size())};
}

void WordReader::scan() {
    std::size_t i = all_.find_first_not_of(kBlanks, end_of_last_);
    if (i == std::string_view::npos || all_[i] == '#') {
        word_ = {};
        return;
    }
    start_ = i;
    char closing = 0;
    for (; i < all_.size(); ++i) {
        const char c = all_[i];
        if (c == '"') {
            i = quote_end(all_, i);
            if (i == std::string_view::npos) break;
        } else if (closing != 0) {
            if (c == closing) closing = 0;
        } else if (c == '{' || c == '[') {
            closing = c == '{' ? '}' : ']';
        } else if (kBlanks.find(c) != std::string_view::npos) {
            break;
        }
    }
    word_ = all_.substr(start_, i == std::string_view::npos ? i : i - start_);
}

std::string_view WordReader::next() {
    const std::string_view taken = word_;
    if (at_end()) return taken;
    end_of_last_ = start_ + word_.size();
    scan();
    return taken;
}

bool WordReader::take(std::string_view word) {
    if (word_ != word || at_end()) return false;
    next();
    return true;
}

tl::unexpected<Error> WordReader::fail_here(std::string message, std::string hint) const {
    return fail(std::move(message), std::move(hint), span());
}

tl::unexpected<Error> WordReader::fail_inside(std::size_t offset, std::size_t length, std::string message,
                                              std::string hint) const {
    SourceSpan place = span();
    place.offset += static_cast<std::uint32_t>(offset);
    place.length = static_cast<std::uint32_t>(length);
    return fail(std::move(message), std::move(hint), place);
}

Result<std::string> WordReader::take_name(std::string_view what) {
    if (at_end()) return fail_here(fmt::format("{} is missing", what));
    if (word_[0] != '"') return std::string(next());
    auto name = unquoted(word_);
    if (!name) return fail_here(fmt::format("{} is not quoted correctly", what), "close the quotes");
    next();
    return *name;
}

std::optional<std::uint64_t> parse_mac(std::string_view text) {
    if (text == "none") return kNoMac;
    std::uint64_t mac = 0;
    for (int i = 0; i < 6; ++i) {
        const std::string_view part = text.substr(0, 2);
        unsigned byte = 0;
        const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), byte, 16);
        if (part.size() != 2 || error != std::errc() || end != part.data() + 2) return std::nullopt;
        mac = mac << 8 | byte;
        text.remove_prefix(2);
        if (i == 5) return text.empty() ? std::optional(mac) : std::nullopt;
        if (text.empty() || (text[0] != ':' && text[0] != '-')) return std::nullopt;
        text.remove_prefix(1);
    }
    return std::nullopt;
}

}  // namespace fwproof
