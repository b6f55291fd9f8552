#include "catalog/check_site_names.hpp"

#include <fmt/format.h>

#include "catalog/ids.hpp"
#include "catalog/table_reader.hpp"

namespace fwproof::catalog_resolve {

namespace {

using toml_file::ids;

std::vector<std::string> catalog_ids(std::span<const CatalogRef> catalogs) {
    std::vector<std::string> names;
    for (const CatalogRef& catalog : catalogs) names.push_back(catalog->id);
    return names;
}

class NameCheck {
public:
    NameCheck(std::span<const CatalogRef> catalogs, const Site& site) : catalogs_(catalogs), site_(site) {}

    std::vector<Error> run() {
        for (const Binding& binding : site_.bindings) check_binding(binding);
        for (const auto& [id, values] : site_.parameters) {
            const Catalog* catalog = find(id, id);
            if (!catalog) continue;
            for (const auto& [name, value] : values) {
                if (!catalog->parameter(name))
                    unknown("parameter", name, ids(catalog->parameters), span(id + "/" + name));
            }
        }
        for (const auto& [id, values] : site_.features) {
            const Catalog* catalog = find(id, id);
            if (!catalog) continue;
            for (const auto& [name, on] : values) {
                if (!catalog->feature(name)) unknown("feature", name, ids(catalog->features), span(id + "/" + name));
            }
        }
        return std::move(errors_);
    }

private:
    SourceSpan span(const std::string& key) const {
        const auto it = site_.setting_spans.find(key);
        return it == site_.setting_spans.end() ? SourceSpan() : it->second;
    }

    void unknown(std::string_view what, std::string_view name, const std::vector<std::string>& known,
                 SourceSpan place) {
        Error error{fmt::format("unknown {} '{}'", what, name), toml_file::suggestion(name, known), place};
        for (const SourceRef& source : site_.sources) {
            if (source.get() == place.source) error.keep = source;
            error.file = source->name();
        }
        errors_.push_back(std::move(error));
    }

    const Catalog* find(const std::string& id, const std::string& key) {
        for (const CatalogRef& catalog : catalogs_) {
            if (catalog->id == id) return catalog.get();
        }
        unknown("catalog", id, catalog_ids(catalogs_), span(key));
        return nullptr;
    }

    void check_binding(const Binding& binding) {
        std::vector<const Catalog*> candidates;
        for (const CatalogRef& catalog : catalogs_) {
            if (binding.catalog.empty() || catalog->id == binding.catalog) candidates.push_back(catalog.get());
        }
        if (candidates.empty()) {
            unknown("catalog", binding.catalog, catalog_ids(catalogs_), binding.span);
            return;
        }
        std::vector<std::string> roles;
        std::vector<const Catalog*> holders;
        for (const Catalog* catalog : candidates) {
            if (catalog->role(binding.role)) holders.push_back(catalog);
            for (const Role& role : catalog->roles) roles.push_back(role.id);
        }
        if (holders.empty()) {
            unknown("role", binding.role, roles, binding.span);
            return;
        }
        for (const auto& [name, value] : binding.parameters) {
            std::vector<std::string> known;
            bool found = false;
            for (const Catalog* catalog : holders) {
                found = found || catalog->parameter(name);
                for (const Parameter& parameter : catalog->parameters) known.push_back(parameter.id);
            }
            const auto place = binding.parameter_spans.find(name);
            if (!found) {
                unknown("parameter", name, known,
                        place == binding.parameter_spans.end() ? binding.span : place->second);
            }
        }
    }

    std::span<const CatalogRef> catalogs_;
    const Site& site_;
    std::vector<Error> errors_;
};

}  // namespace

std::vector<Error> check_site_names(std::span<const CatalogRef> catalogs, const Site& site) {
    return NameCheck(catalogs, site).run();
}

}  // namespace fwproof::catalog_resolve
