#include "fwproof/base/source.hpp"

#include <algorithm>

namespace fwproof {

namespace {

void append_utf8(std::string& text, char32_t c) {
    if (c < 0x80) {
        text += static_cast<char>(c);
    } else if (c < 0x800) {
        text += static_cast<char>(0xc0 | (c >> 6));
        text += static_cast<char>(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        text += static_cast<char>(0xe0 | (c >> 12));
        text += static_cast<char>(0x80 | ((c >> 6) & 0x3f));
        text += static_cast<char>(0x80 | (c & 0x3f));
    } else {
        text += static_cast<char>(0xf0 | (c >> 18));
        text += static_cast<char>(0x80 | ((c >> 12) & 0x3f));
        text += static_cast<char>(0x80 | ((c >> 6) & 0x3f));
        text += static_cast<char>(0x80 | (c & 0x3f));
    }
}

constexpr char32_t kReplacement = 0xfffd;

// A library would stop at the first error; an export with one bad unit is still worth reading.
std::string decode_utf16(std::string_view bytes, bool little, std::optional<std::string>& error) {
    std::string text;
    text.reserve(bytes.size() / 2 + 16);
    const auto unit = [&](std::size_t i) {
        const auto low = static_cast<unsigned char>(bytes[little ? i : i + 1]);
        const auto high = static_cast<unsigned char>(bytes[little ? i + 1 : i]);
        return static_cast<char32_t>(low | high << 8);
    };
    std::size_t i = 0;
    for (; i + 1 < bytes.size(); i += 2) {
        char32_t c = unit(i);
        if (c >= 0xd800 && c <= 0xdfff) {
            const bool pair = c < 0xdc00 && i + 3 < bytes.size() && (unit(i + 2) & 0xfc00) == 0xdc00;
            if (pair) {
                c = 0x10000 + ((c - 0xd800) << 10) + (unit(i + 2) - 0xdc00);
                i += 2;
            } else {
                if (!error) error = "UTF-16 text with a lone surrogate at byte " + std::to_string(i);
                c = kReplacement;
            }
        }
        append_utf8(text, c);
    }
    if (i != bytes.size()) error = "UTF-16 text is cut in the middle of a character (odd number of bytes)";
    return text;
}

// XML, .reg and Out-File text without a byte order mark: every other byte of the start is zero.
bool looks_utf16(std::string_view bytes, bool little) {
    if (bytes.size() < 8) return false;
    for (std::size_t i = 0; i < 8; i += 2) {
        const char zero = bytes[little ? i + 1 : i];
        const auto ascii = static_cast<unsigned char>(bytes[little ? i : i + 1]);
        if (zero != 0 || ascii == 0 || ascii >= 0x80) return false;
    }
    return true;
}

}  // namespace

Source::Source(std::string name, std::string bytes) : name_(std::move(name)), bytes_(std::move(bytes)) {
    const std::string_view all(bytes_);
    if (all.starts_with("\xff\xfe")) {
        encoding_ = Encoding::utf16_le;
        decoded_ = decode_utf16(all.substr(2), true, encoding_error_);
    } else if (all.starts_with("\xfe\xff")) {
        encoding_ = Encoding::utf16_be;
        decoded_ = decode_utf16(all.substr(2), false, encoding_error_);
    } else if (all.starts_with("\xef\xbb\xbf")) {
        encoding_ = Encoding::utf8_bom;
        decoded_ = all.substr(3);
    } else if (looks_utf16(all, true)) {
        encoding_ = Encoding::utf16_le;
        decoded_ = decode_utf16(all, true, encoding_error_);
    } else if (looks_utf16(all, false)) {
        encoding_ = Encoding::utf16_be;
        decoded_ = decode_utf16(all, false, encoding_error_);
    }
    index_lines();
}

void Source::index_lines() {
    const std::string_view all = text();
    line_starts_.push_back(0);
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all[i] == '\n' || (all[i] == '\r' && (i + 1 == all.size() || all[i + 1] != '\n'))) {
            line_starts_.push_back(static_cast<std::uint32_t>(i + 1));
        }
    }
    if (line_starts_.size() > 1 && line_starts_.back() == all.size()) line_starts_.pop_back();
}

Source::Position Source::position(std::uint32_t offset) const {
    const auto after = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
    const auto line = static_cast<std::uint32_t>(after - line_starts_.begin());
    return {line, offset - line_starts_[line - 1] + 1};
}

std::string_view Source::line(std::uint32_t number) const {
    const std::size_t start = line_starts_[number - 1];
    const std::size_t end = number < line_starts_.size() ? line_starts_[number] : text().size();
    std::string_view line = text().substr(start, end - start);
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
    return line;
}

}  // namespace fwproof
