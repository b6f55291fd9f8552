// Passwords, keys and community strings of an export. Everything that is shown of an input goes through here: a report
// must not carry what the export should not have carried.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fwproof/base/source.hpp"

namespace fwproof {

struct Secret {
    std::uint32_t offset = 0;  // into the text that was searched
    std::uint32_t length = 0;
    std::string_view kind;  // "password", "pre-shared key", "community string", "private key"
};

// The secrets of one line, in order. What a device masked itself ("*****") is none.
std::vector<Secret> find_secrets(std::string_view line);
// The same for a line of a source, which may stand inside a private key or a list of communities.
std::vector<Secret> find_secrets(const Source& source, std::uint32_t line);

// The text with every secret replaced by as many asterisks.
std::string mask_secrets(std::string_view text);
// What may be shown of the line of a span, and of the span itself.
std::string shown_line(const SourceSpan& span);
std::string shown_text(const SourceSpan& span);

}  // namespace fwproof
