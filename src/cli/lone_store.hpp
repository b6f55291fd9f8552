// Whether a file holds one store of a Windows host alone, of which its other stores are to be told apart.
#pragma once

#include <optional>
#include <string_view>

#include "cli/versions.hpp"
#include "fwproof/policy/policy.hpp"

namespace fwproof::cli {

// The kinds of stores of a host that a policy of one vendor holds; empty: its devices have no stores.
std::string_view stores_of(const Policy& policy);

// The one store that the file holds, in the version after or, where it has none, before. Nothing: it holds several or
// none, or more than one policy object, or cannot be read.
std::optional<StoreRole> lone_store(const VersionPair& pair, const VersionReading& reading);

}  // namespace fwproof::cli
