// Whether the stores that are given for one host can be those of one host.
#pragma once

#include <optional>

#include "fwproof/base/result.hpp"
#include "fwproof/vendor/vendor.hpp"
#include "vendor/windows/store.hpp"

namespace fwproof::windows {

// The error for a file that does not hold what the user says it is.
std::optional<Error> check_role(const Export& made, StoreRole role, const Source& source);

// The error for two local stores that cannot be one, and for what deletes policy and sets none. What could be either
// kind is in doubt where other stores stand beside it; policy objects without a name get that of their file where there
// are several.
std::optional<Error> check_stores(Export& made);

}  // namespace fwproof::windows
