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
    std::string_view
        kind;  // "password", "pre-shared key", "community string", "private key", "cloud access key", "token"
};

// The secrets of one line, in order. What a device masked itself ("*****") is none.
std::vector<Secret> find_secrets(std::string_view line);
// The same for a line of a source, which may stand inside a private key or a list of communities.
std::vector<Secret> find_secrets(const Source& source, std::uint32_t line);

// The text with every secret replaced by as many asterisks.
std::string mask_secrets(std::string_view text);
// The same of a remark, taken out of its statement: there a long word that no person would write is a token.
std::string mask_remark(std::string_view text);
// A sentence of ours about a statement of an export, which it may quote: the secrets of the lines of `about` are
// masked in it, and its own words, which may speak of passwords and keys, are not.
std::string mask_message(std::string_view text, const SourceSpan& about);
// What may be shown of the line of a span, and of the span itself.
std::string shown_line(const SourceSpan& span);
std::string shown_text(const SourceSpan& span);

}  // namespace fwproof
