// How deep text is nested, found before a reader that recurses sees it.
#pragma once

#include <optional>
#include <string_view>

namespace fwproof {

// The offset at which brackets of JSON are nested deeper than so many levels; brackets in strings do not count.
std::optional<std::size_t> deeper_json(std::string_view text, std::size_t levels);

// The offset at which a key of TOML has more parts ("a.b.c": 3); what stands in strings and comments does not count.
std::optional<std::size_t> longer_toml_key(std::string_view text, std::size_t parts);

}  // namespace fwproof
