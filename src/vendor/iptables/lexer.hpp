// Words of one line, as iptables-restore splits it: blanks and tabs separate, double quotes group, a backslash escapes
// inside quotes only, and a closing quote ends the word.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace fwproof::iptables {

struct Word {
    std::string_view text;     // without quotes and escapes
    std::uint32_t offset = 0;  // of the word as written, in the source's text
    std::uint32_t length = 0;
    bool quoted = false;

    std::uint32_t end() const { return offset + length; }
};

// Keeps words whose text differs from what is written.
using WordStore = std::deque<std::string>;

struct SplitLine {
    std::vector<Word> words;
    bool open_quote = false;  // the line ends inside a quotation
};

// `offset`: where the line starts in the source. `out` is reused between calls.
void split_line(std::string_view line, std::uint32_t offset, WordStore& store, SplitLine& out);

}  // namespace fwproof::iptables
