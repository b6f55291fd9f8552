// Whether a site speaks of catalogs, roles, parameters and features that there are.
#pragma once

#include <span>
#include <vector>

#include "fwproof/catalog/site.hpp"

namespace fwproof::catalog_resolve {

// One error for each name that does not exist, with the nearest that does.
std::vector<Error> check_site_names(std::span<const CatalogRef> catalogs, const Site& site);

}  // namespace fwproof::catalog_resolve
