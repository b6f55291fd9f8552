// What `evidence` does not pass on to `check`: options that would write elsewhere, or hide findings.
#pragma once

#include <array>
#include <string_view>

namespace fwproof::cli {

inline constexpr std::array<std::string_view, 4> kNotInEvidence = {"--format", "--output", "--baseline",
                                                                   "--write-baseline"};

}  // namespace fwproof::cli
