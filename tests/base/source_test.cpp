#include "fwproof/base/source.hpp"

#include "support/catch.hpp"

using namespace fwproof;
using namespace std::string_literals;

TEST_CASE("the encoding is decided by the bytes") {
    struct Row {
        std::string bytes;
        Encoding encoding;
        std::string text;
        const char* error;  // null: none
    };
    const Row rows[] = {
        {"", Encoding::bytes, "", nullptr},
        {"plain", Encoding::bytes, "plain", nullptr},
        {"caf\xe9", Encoding::bytes, "caf\xe9", nullptr},
        {"\xef\xbb\xbfname", Encoding::utf8_bom, "name", nullptr},
        {"\xff\xfe"s + "a\0b\0"s, Encoding::utf16_le, "ab", nullptr},
        {"\xfe\xff"s + "\0a\0b"s, Encoding::utf16_be, "ab", nullptr},
        {"<\0?\0x\0m\0l\0"s, Encoding::utf16_le, "<?xml", nullptr},
        {"\0<\0?\0x\0m\0l"s, Encoding::utf16_be, "<?xml", nullptr},
        {"\xff\xfe\xe9\x00"s, Encoding::utf16_le, "\xc3\xa9", nullptr},
        {"\xff\xfe\xac\x20"s, Encoding::utf16_le, "\xe2\x82\xac", nullptr},
        {"\xff\xfe\x3d\xd8\x00\xde"s, Encoding::utf16_le, "\xf0\x9f\x98\x80", nullptr},
        {"\xff\xfe\x3d\xd8" + "a\0"s, Encoding::utf16_le,
         "\xef\xbf\xbd"
         "a",
         "UTF-16 text with a lone surrogate at byte 0"},
        {"\xff\xfe\x00\xde"s, Encoding::utf16_le, "\xef\xbf\xbd", "UTF-16 text with a lone surrogate at byte 0"},
        {"\xff\xfe\x3d\xd8"s, Encoding::utf16_le, "\xef\xbf\xbd", "UTF-16 text with a lone surrogate at byte 0"},
        {"\xff\xfe"s + "a\0b"s, Encoding::utf16_le, "a",
         "UTF-16 text is cut in the middle of a character (odd number of bytes)"},
        {"\xff\xfe"s, Encoding::utf16_le, "", nullptr},
    };
    for (const auto& row : rows) {
        const Source source("input", row.bytes);
        INFO(row.text);
        CHECK(source.encoding() == row.encoding);
        CHECK(source.text() == row.text);
        CHECK(source.bytes() == row.bytes);
        CHECK(source.encoding_error() == (row.error ? std::optional<std::string>(row.error) : std::nullopt));
    }
}

TEST_CASE("lines end with LF, CR LF or CR") {
    struct Row {
        const char* text;
        std::vector<std::string> lines;
    };
    const Row rows[] = {
        {"", {""}},
        {"one", {"one"}},
        {"one\n", {"one"}},
        {"one\ntwo", {"one", "two"}},
        {"one\r\ntwo\r\n", {"one", "two"}},
        {"one\rtwo\r", {"one", "two"}},
        {"one\n\nthree\n", {"one", "", "three"}},
        {"\n", {""}},
        {"one\r\r\ntwo", {"one", "", "two"}},
    };
    for (const auto& row : rows) {
        const Source source("input", row.text);
        std::vector<std::string> lines;
        for (std::uint32_t n = 1; n <= source.line_count(); ++n) lines.emplace_back(source.line(n));
        CHECK(lines == row.lines);
    }
}

TEST_CASE("positions count lines and bytes from one") {
    const Source source("input", "ab\r\ncde\n\nf");
    struct Row {
        std::uint32_t offset, line, column;
    };
    for (const auto& row :
         {Row{0, 1, 1}, Row{2, 1, 3}, Row{4, 2, 1}, Row{6, 2, 3}, Row{8, 3, 1}, Row{9, 4, 1}, Row{10, 4, 2}}) {
        INFO(row.offset);
        CHECK(source.position(row.offset).line == row.line);
        CHECK(source.position(row.offset).column == row.column);
    }
    CHECK(source.line_offset(2) == 4);
    const SourceSpan span{&source, 4, 3};
    CHECK(span.line() == 2);
    CHECK(span.column() == 1);
    CHECK(span.text() == "cde");
    CHECK(span.line_text() == "cde");
    const SourceSpan nowhere;
    CHECK_FALSE(nowhere);
    CHECK(nowhere.line() == 0);
    CHECK(nowhere.text().empty());
}
