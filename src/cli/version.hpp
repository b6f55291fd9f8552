#pragma once

#include <string_view>

namespace fwproof::cli {

inline constexpr std::string_view kVersion = FWPROOF_VERSION;  // set by the build

}  // namespace fwproof::cli
