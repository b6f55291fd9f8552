// The rule string of [MS-GPFAS] 2.2.2.19: "v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=445|".
#pragma once

#include "vendor/windows/rule.hpp"

namespace fwproof::windows {

// A text with the place of its bytes in the source, so that a token can be pointed at although the carrier escaped it.
struct LocatedText {
    std::string text;
    SourceSpan span;                     // the whole value in the source
    std::vector<std::uint32_t> skipped;  // indexes of `text` in front of which the source has one byte more, ascending
    bool aligned = true;                 // false: bytes do not correspond (hexadecimal data); parts get the whole span

    SourceSpan part(std::size_t first, std::size_t length) const;
};

// Splits at "|"; a missing last "|" is accepted, except where the source ends with the value: there it is cut. Such a
// text, and one without the version word, gives an unreadable rule and a note.
RawRule parse_rule_string(std::string id, const LocatedText& value, SourceSpan statement, std::vector<Note>& notes);

}  // namespace fwproof::windows
