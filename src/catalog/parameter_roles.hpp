// Which roles a parameter that belongs to a host can be set for.
#pragma once

#include <set>
#include <string>

#include "fwproof/catalog/catalog.hpp"

namespace fwproof::catalog_resolve {

// Roles at the end that the parameter's scope names of a flow that uses it, as its direction is likely meant; at both
// ends where it goes both ways, and where the scope is the pair. Empty: the catalog uses it nowhere.
std::set<std::string> parameter_roles(const Catalog& catalog, const Parameter& parameter);

}  // namespace fwproof::catalog_resolve
