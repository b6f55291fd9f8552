#include "vendor/asa/statement.hpp"

namespace fwproof::asa {

namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

}  // namespace

void Statement::assign(std::string_view text, std::uint32_t offset) {
    text_ = text;
    offset_ = offset;
    tokens_.clear();
    next_ = 0;
    std::size_t i = 0;
    while (i < text.size()) {
        while (i < text.size() && is_blank(text[i])) ++i;
        if (i == text.size()) break;
        if (text[i] == '"') {
            const auto close = text.find('"', i + 1);
            const bool whole =
                close != std::string_view::npos && (close + 1 == text.size() || is_blank(text[close + 1]));
            if (whole) {
                tokens_.push_back({text.substr(i + 1, close - i - 1), offset + static_cast<std::uint32_t>(i) + 1});
                i = close + 1;
                continue;
            }
        }
        const std::size_t start = i;
        while (i < text.size() && !is_blank(text[i])) ++i;
        tokens_.push_back({text.substr(start, i - start), offset + static_cast<std::uint32_t>(start)});
    }
}

}  // namespace fwproof::asa
