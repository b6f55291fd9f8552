#include "catalog/resolve_members.hpp"

#include <fmt/format.h>

#include <set>
#include <tuple>

namespace fwproof::catalog_resolve {

namespace {

// A message can name so many hosts, and a waiver means one of them.
constexpr std::size_t kFew = 16;

// All that decides about a flow, but for the addresses.
auto what_counts(const Member& member) {
    const Host& host = *member.host;
    const Binding& binding = *member.binding;
    return std::tie(host.zone, host.network, host.generation, host.phase, host.attributes, binding.phase,
                    binding.parameters, binding.assigned_to, binding.site, binding.parent, binding.programs,
                    binding.program_services);
}

}  // namespace

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
    for (const auto& [role, members] : by_role_) units_[role] = make_units(members);
}

std::vector<Unit> Members::make_units(const std::vector<Member>& members) {
    std::set<std::string_view> with_firewall;
    for (const SiteFirewall& firewall : site_.firewalls) with_firewall.insert(firewall.host);
    std::map<decltype(what_counts(Member())), std::vector<Member>> alike;
    const auto alone = [&](const Member& member) {
        return !member.binding || member.external || member.host->anywhere || with_firewall.contains(member.host->id);
    };
    for (const Member& member : members) {
        if (!alone(member)) alike[what_counts(member)].push_back(member);
    }
    std::vector<Unit> units;
    for (const Member& member : members) {
        const auto others = alone(member) ? alike.end() : alike.find(what_counts(member));
        if (others == alike.end() || others->second.size() <= kFew) {
            units.push_back({member, {member}});
        } else if (others->second.front().host == member.host) {
            units.push_back({together(others->second), others->second});
        }
    }
    return units;
}

Member Members::together(const std::vector<Member>& alike) {
    Host all = *alike.front().host;
    all.id = fmt::format("{}, {} and {} more", alike[0].host->id, alike[1].host->id, alike.size() - 2);
    all.network = true;
    std::vector<Interval<std::uint32_t>> v4;
    std::vector<Interval<uint128>> v6;
    for (const Member& member : alike) {
        const AddressSet& addresses = *member.host->addresses;
        v4.insert(v4.end(), addresses.v4.intervals().begin(), addresses.v4.intervals().end());
        v6.insert(v6.end(), addresses.v6.intervals().begin(), addresses.v6.intervals().end());
    }
    all.addresses = share({IntervalSet<std::uint32_t>(std::move(v4)), IntervalSet<uint128>(std::move(v6))});
    made_.push_back(std::move(all));
    Member one = alike.front();
    one.host = &made_.back();
    return one;
}

const std::vector<Unit>& Members::units(const std::string& role) const {
    static const std::vector<Unit> none;
    const auto it = units_.find(role);
    return it == units_.end() ? none : it->second;
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
