#include "catalog/check_site_names.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "catalog/ids.hpp"
#include "catalog/parameter_roles.hpp"
#include "catalog/resolve_members.hpp"
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
        check_catalogs();
        for (const Binding& binding : site_.bindings) {
            if (!binding.site.empty()) sites_.insert(binding.site);
        }
        for (const Binding& binding : site_.bindings) {
            check_binding(binding);
            check_parent(binding);
        }
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
        add(fmt::format("unknown {} '{}'", what, name), toml_file::suggestion(name, known), place);
    }

    void add(std::string message, std::string hint, SourceSpan place) {
        Error error{std::move(message), std::move(hint), place};
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

    // Everything would be asked for, and counted, twice.
    void check_catalogs() {
        std::set<std::string> seen;
        for (std::size_t i = 0; i < catalogs_.size(); ++i) {
            if (seen.insert(catalogs_[i]->id).second) continue;
            const bool placed = site_.catalog_spans.size() == catalogs_.size();
            add(fmt::format("catalog '{}' is chosen twice", catalogs_[i]->id), "name it once",
                placed ? site_.catalog_spans[i] : SourceSpan());
        }
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
        for (const auto& [name, value] : binding.parameters) check_parameter(binding, name, holders);
        if (!binding.assigned_to.empty()) check_assigned(binding, holders);
    }

    void check_parameter(const Binding& binding, const std::string& name, const std::vector<const Catalog*>& holders) {
        const auto span = binding.parameter_spans.find(name);
        const SourceSpan place = span == binding.parameter_spans.end() ? binding.span : span->second;
        std::vector<std::string> known;
        std::vector<std::string> owners;
        bool found = false;
        for (const Catalog* catalog : holders) {
            for (const Parameter& parameter : catalog->parameters) known.push_back(parameter.id);
            const Parameter* parameter = catalog->parameter(name);
            if (!parameter) continue;
            found = true;
            if (parameter->scope == ParameterScope::catalog) continue;
            const auto roles = parameter_roles(*catalog, *parameter);
            if (roles.empty() || roles.contains(catalog->role(binding.role)->id)) return;
            owners.insert(owners.end(), roles.begin(), roles.end());
        }
        if (!found) {
            unknown("parameter", name, known, place);
        } else if (owners.empty()) {
            add(fmt::format("parameter '{}' has one value for all hosts", name),
                fmt::format("set it in [parameters.{}]", holders.front()->id), place);
        } else {
            add(fmt::format("parameter '{}' has no meaning for role '{}'", name, binding.role),
                fmt::format("it belongs to {}", some_of(owners)), place);
        }
    }

    static std::string some_of(const std::vector<std::string>& names) {
        constexpr std::size_t kMost = 6;
        const auto shown = std::span(names).first(std::min(names.size(), kMost));
        return fmt::format("{}{}", fmt::join(shown, ", "), names.size() > kMost ? " and others" : "");
    }

    // A parent that no host is of takes all pairs of neighbouring sites away.
    void check_parent(const Binding& binding) {
        if (binding.parent.empty() || sites_.contains(binding.parent)) return;
        add(fmt::format("no host is bound to the parent site '{}'", binding.parent),
            toml_file::suggestion(binding.parent, {sites_.begin(), sites_.end()}), binding.parent_span);
    }

    // Who is assigned to a host that plays no role at the other end is assigned to nobody.
    void check_assigned(const Binding& binding, const std::vector<const Catalog*>& holders) {
        std::set<std::string> peers;  // roles
        std::set<std::string> hosts;
        for (const Catalog* catalog : holders) {
            const Assignable& known = assignable(*catalog, catalog->role(binding.role)->id);
            peers.insert(known.roles.begin(), known.roles.end());
            hosts.insert(known.hosts.begin(), known.hosts.end());
        }
        if (peers.empty()) {
            add(fmt::format("role '{}' is assigned to no other", binding.role), "leave 'assigned-to' out",
                binding.assigned_span);
            return;
        }
        for (const std::string& id : binding.assigned_to) {
            if (hosts.contains(id)) continue;
            add(fmt::format("host '{}' plays no role that '{}' is assigned to", id, binding.role),
                fmt::format("such roles are {}", some_of({peers.begin(), peers.end()})), binding.assigned_span);
        }
    }

    // Roles to which another is assigned, and the hosts that play them.
    struct Assignable {
        std::set<std::string> roles, hosts;
    };

    const Assignable& assignable(const Catalog& catalog, const std::string& role) {
        const auto [known, fresh] = assignable_.try_emplace({&catalog, role});
        if (!fresh) return known->second;
        Assignable& found = known->second;
        for (const CatalogFlow& flow : catalog.flows) {
            if (!flow.assigned || !toml_file::in(*flow.assigned == End::from ? flow.from : flow.to, role)) continue;
            const auto& others = *flow.assigned == End::from ? flow.to : flow.from;
            found.roles.insert(others.begin(), others.end());
        }
        for (const Binding& other : site_.bindings) {
            const Role* played = bound_role(catalog, other);
            if (played && found.roles.contains(played->id)) found.hosts.insert(other.hosts.begin(), other.hosts.end());
        }
        return found;
    }

    std::span<const CatalogRef> catalogs_;
    const Site& site_;
    std::set<std::string> sites_;
    std::map<std::pair<const Catalog*, std::string>, Assignable> assignable_;
    std::vector<Error> errors_;
};

}  // namespace

std::vector<Error> check_site_names(std::span<const CatalogRef> catalogs, const Site& site) {
    return NameCheck(catalogs, site).run();
}

}  // namespace fwproof::catalog_resolve
