#include "catalog/resolve_members.hpp"

namespace fwproof::catalog_resolve {

const Role* bound_role(const Catalog& catalog, const Binding& binding) {
    if (!binding.catalog.empty() && binding.catalog != catalog.id) return nullptr;
    return catalog.role(binding.role);
}

Members::Members(const Catalog& catalog, const Site& site) : site_(site) {
    for (const Binding& binding : site.bindings) {
        const Role* role = bound_role(catalog, binding);
        if (!role) continue;
        for (const std::string& id : binding.hosts) {
            const Host* host = site.host(id);
            if (!host) continue;
            const Member member{host, &binding, role, role->kind == RoleKind::external};
            by_role_[role->id].push_back(member);
            bound_.push_back(member);
        }
    }
    for (const Role& role : catalog.roles) {
        std::vector<Member>& members = by_role_[role.id];
        if (role.kind == RoleKind::external && members.empty()) {
            members.push_back({site.peers_anywhere ? anywhere(role) : outside(role), nullptr, &role, true});
            continue;
        }
        // The host whose export is checked has peers of its own role too.
        const bool only_this = !members.empty() && members.front().host->anywhere;
        if (site.peers_anywhere && (members.empty() || only_this)) {
            members.push_back({anywhere(role), nullptr, &role, false});
        }
    }
}

const std::vector<Member>& Members::of(const std::string& role) const {
    static const std::vector<Member> none;
    const auto it = by_role_.find(role);
    return it == by_role_.end() ? none : it->second;
}

// Every address that is not the site's own, or every address.
const Host* Members::outside(const Role& role) {
    AddressSet own;
    if (!role.anywhere) {
        for (const Zone& zone : site_.zones) own = own | zone.prefixes;
        for (const Host& host : site_.hosts) {
            if (!host.anywhere) own = own | *host.addresses;
        }
    }
    Host host;
    host.id = role.id;
    host.addresses = share(AddressSet::any() - own);
    host.network = true;
    made_.push_back(std::move(host));
    return &made_.back();
}

const Host* Members::anywhere(const Role& role) {
    Host host;
    host.id = role.id;
    host.addresses = share(AddressSet::any());
    host.network = true;
    host.anywhere = true;
    made_.push_back(std::move(host));
    return &made_.back();
}

std::optional<AddressPair> addresses_between(const Member& from, const Member& to) {
    const Host& a = *from.host;
    const Host& b = *to.host;
    if (a.id == b.id) {
        if (!a.network || from.external) return std::nullopt;
        return AddressPair{a.addresses, b.addresses};
    }
    if (a.anywhere || b.anywhere || (a.network && b.network && !from.external && !to.external)) {
        return AddressPair{a.addresses, b.addresses};
    }
    const AddressSet shared = *a.addresses & *b.addresses;
    if (shared.empty()) return AddressPair{a.addresses, b.addresses};
    // Two computers with one address in common: a cluster's, which is theirs by turns.
    const bool cluster = !a.network && !b.network;
    AddressPair pair{a.addresses, b.addresses};
    if (a.network || cluster) pair.from = share(*a.addresses - shared);
    if (b.network || cluster) pair.to = share(*b.addresses - shared);
    if (pair.from->empty() || pair.to->empty()) return std::nullopt;
    return pair;
}

}  // namespace fwproof::catalog_resolve
