// JSON that fwproof wrote: results, baselines, bundles. Somebody may have edited it since.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace fwproof::cli {

inline constexpr std::size_t kDeepestJson = 64;  // levels; what fwproof writes stays below 20

bool nested_too_deep(std::string_view text);
// Discarded where the text is no JSON or is nested too deep: what handles a value recurses.
nlohmann::ordered_json parse_own_json(std::string_view text);

}  // namespace fwproof::cli
