// Which exports of one version have another name in the other.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "cli/versions.hpp"

namespace fwproof::cli {

bool same_bytes(const Input& a, const Input& b);

// Pairs of indices, each at most once: the same bytes; else the only ones that hold the same devices, by name; else the
// most alike, of which half and more is the same, as git has it. Exports of different vendors are never one, and
// neither are those of devices that are called differently.
std::vector<std::pair<std::size_t, std::size_t>> find_renames(const std::vector<const Input*>& before,
                                                              const std::vector<const Input*>& after,
                                                              const VersionReading& reading);

}  // namespace fwproof::cli
