// The words of one configuration line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fwproof/base/source.hpp"

namespace fwproof::asa {

// A stretch of the source's text.
struct Place {
    std::uint32_t offset = 0;
    std::uint32_t length = 0;
};

inline SourceSpan span_of(const Source& source, Place place) { return {&source, place.offset, place.length}; }

struct Token {
    std::string_view text;  // without quotes, if it was quoted
    std::uint32_t offset = 0;

    Place place() const { return {offset, static_cast<std::uint32_t>(text.size())}; }
};

// What is wrong with a statement, and where.
struct Problem {
    std::string message;
    std::string hint;
    Place place;
};

// Whether `word` is `full`, or its beginning of at least `least` letters: a command line takes both.
inline bool abbreviates(std::string_view word, std::string_view full, std::size_t least) {
    return word.size() >= least && full.starts_with(word);
}

// A line split at blanks, read from left to right. A word that starts with a quote goes to the closing quote (user
// names with blanks). Past the end every word reads as empty.
class Statement {
public:
    // `text` is a view into the source's text that starts at `offset`. Keeps the capacity of earlier lines.
    void assign(std::string_view text, std::uint32_t offset);

    Place place() const { return {offset_, static_cast<std::uint32_t>(text_.size())}; }
    std::string_view text() const { return text_; }
    std::size_t size() const { return tokens_.size(); }
    const Token& operator[](std::size_t i) const { return tokens_[i]; }

    bool at_end() const { return next_ >= tokens_.size(); }
    std::size_t position() const { return next_; }
    void rewind(std::size_t position) { next_ = position; }
    std::string_view word(std::size_t ahead = 0) const {
        return next_ + ahead < tokens_.size() ? tokens_[next_ + ahead].text : std::string_view();
    }
    // At the end: an empty token behind the last character.
    Token take() {
        if (at_end()) return end_token();
        return tokens_[next_++];
    }
    bool accept(std::string_view expected) {
        if (at_end() || tokens_[next_].text != expected) return false;
        ++next_;
        return true;
    }
    Token here() const { return at_end() ? end_token() : tokens_[next_]; }
    // Everything from the next word on, as written.
    std::string_view rest() const { return at_end() ? std::string_view() : from(tokens_[next_]); }
    Place rest_place() const { return {here().offset, static_cast<std::uint32_t>(rest().size())}; }
    std::string_view from(const Token& token) const { return text_.substr(token.offset - offset_); }

private:
    Token end_token() const { return {text_.substr(text_.size()), offset_ + static_cast<std::uint32_t>(text_.size())}; }

    std::string_view text_;
    std::uint32_t offset_ = 0;
    std::vector<Token> tokens_;
    std::size_t next_ = 0;
};

}  // namespace fwproof::asa
