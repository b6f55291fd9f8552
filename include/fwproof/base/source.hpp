// Input text and places in it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fwproof {

enum class Encoding : std::uint8_t { bytes, utf8_bom, utf16_le, utf16_be };

// One input, read whole. `bytes` is what came; `text` is what parsers read: UTF-16 is converted to UTF-8 and a byte
// order mark is dropped, anything else is kept byte for byte (8-bit remarks are legal in several formats). The encoding
// is decided by the bytes, never by what the text declares.
class Source {
public:
    Source(std::string name, std::string bytes);
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;

    const std::string& name() const { return name_; }  // as the user wrote it: a path, REV:path, or "-"
    std::string_view bytes() const { return bytes_; }
    std::string_view text() const { return encoding_ == Encoding::bytes ? std::string_view(bytes_) : decoded_; }
    Encoding encoding() const { return encoding_; }
    // Says what is wrong with UTF-16 input (odd length, lone surrogate); the text is then what could be decoded.
    const std::optional<std::string>& encoding_error() const { return encoding_error_; }

    // Line and column of an offset into text(), both from 1; columns count bytes. CR LF, LF and CR end a line.
    struct Position {
        std::uint32_t line = 0;
        std::uint32_t column = 0;
    };
    Position position(std::uint32_t offset) const;
    std::uint32_t line_count() const { return static_cast<std::uint32_t>(line_starts_.size()); }
    // Line `number` (from 1) without its end.
    std::string_view line(std::uint32_t number) const;
    std::uint32_t line_offset(std::uint32_t number) const { return line_starts_[number - 1]; }

private:
    void index_lines();

    std::string name_;
    std::string bytes_;
    std::string decoded_;
    Encoding encoding_ = Encoding::bytes;
    std::optional<std::string> encoding_error_;
    std::vector<std::uint32_t> line_starts_;
};

using SourceRef = std::shared_ptr<const Source>;

// A stretch of a source's text. Whoever keeps a span keeps the source alive (Policy, Catalog and Site do).
struct SourceSpan {
    const Source* source = nullptr;  // null: not from an input (an implicit rule)
    std::uint32_t offset = 0;
    std::uint32_t length = 0;

    explicit operator bool() const { return source != nullptr; }
    std::uint32_t line() const { return source ? source->position(offset).line : 0; }
    std::uint32_t column() const { return source ? source->position(offset).column : 0; }
    std::string_view text() const { return source ? source->text().substr(offset, length) : std::string_view(); }
    std::string_view line_text() const { return source ? source->line(line()) : std::string_view(); }
};

}  // namespace fwproof
