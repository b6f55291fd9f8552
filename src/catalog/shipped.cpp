#include <fmt/format.h>

#include "fwproof/catalog/catalog.hpp"

namespace fwproof {

const EmbeddedCatalog* find_shipped(std::string_view name) {
    for (const EmbeddedCatalog& catalog : shipped_catalogs()) {
        if (name == catalog.id || name == catalog.file_name) return &catalog;
    }
    return nullptr;
}

Loaded<CatalogRef> load_shipped(const EmbeddedCatalog& catalog) {
    return load_catalog(
        std::make_shared<Source>(fmt::format("catalogs/{}", catalog.file_name), std::string(catalog.text)));
}

}  // namespace fwproof
