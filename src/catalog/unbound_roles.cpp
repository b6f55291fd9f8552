#include "catalog/unbound_roles.hpp"

#include <algorithm>

#include "catalog/ids.hpp"

namespace fwproof::catalog_resolve {

using toml_file::in;

UnboundRoles::UnboundRoles(const Catalog& catalog, const Site& site, const Settings& settings, const Needs& needs,
                           const Members& members)
    : catalog_(catalog), site_(site), settings_(settings), needs_(needs), members_(members) {
    for (const Binding& binding : site.bindings) {
        if (binding.site.empty() || binding.parent.empty()) continue;
        neighbours_[binding.site].insert(binding.parent);
        neighbours_[binding.parent].insert(binding.site);
    }
    for (const Role& role : catalog.roles) {
        for (const Member& member : members.of(role.id)) {
            played_[role.id].insert(member.binding ? member.binding->site : std::string());
        }
    }
}

void UnboundRoles::look_at(const CatalogFlow& flow, const std::string& from_role, const std::string& to_role) {
    if (site_.peers_anywhere || !settings_.feature_on(flow.feature)) return;
    const bool has_from = !members_.of(from_role).empty();
    const bool has_to = !members_.of(to_role).empty();
    if (has_from && has_to) {
        look_at_sites(flow, from_role, to_role, End::from);
        look_at_sites(flow, from_role, to_role, End::to);
    }
    if (has_from == has_to) return;
    const bool any = has_from ? flow.to_any : flow.from_any;
    const std::vector<std::string>& others = has_from ? flow.to : flow.from;
    if (any && std::any_of(others.begin(), others.end(), [&](const auto& id) { return !members_.of(id).empty(); })) {
        return;
    }
    // An external role alone is no reason to ask for the other end.
    const Member& peer = has_from ? members_.of(from_role).front() : members_.of(to_role).front();
    if (!peer.binding || !needed(flow, peer)) return;
    add(flow, from_role, to_role, has_from ? End::to : End::from, {});
}

// The sites at which the hosts at `end` have nobody at the other one.
void UnboundRoles::look_at_sites(const CatalogFlow& flow, const std::string& from_role, const std::string& to_role,
                                 End end) {
    if (flow.site_pairs == SitePairs::any) return;
    const bool of_from = end == End::from;
    const std::vector<std::string>& others = of_from ? flow.to : flow.from;
    const bool any = of_from ? flow.to_any : flow.from_any;
    std::set<std::string> looked;
    for (const Member& member : members_.of(of_from ? from_role : to_role)) {
        if (!member.binding || member.binding->site.empty()) continue;
        for (const std::string& site : sites_for(flow, *member.binding)) {
            if (looked.contains(site) || plays_at(of_from ? to_role : from_role, site)) continue;
            if (!needed(flow, member)) continue;
            looked.insert(site);
            if (any && std::any_of(others.begin(), others.end(), [&](const auto& id) { return plays_at(id, site); })) {
                continue;
            }
            add(flow, from_role, to_role, of_from ? End::to : End::from, site);
        }
    }
}

std::set<std::string> UnboundRoles::sites_for(const CatalogFlow& flow, const Binding& binding) const {
    if (flow.site_pairs == SitePairs::same) return {binding.site};
    const auto known = neighbours_.find(binding.site);
    return known == neighbours_.end() ? std::set<std::string>() : known->second;
}

bool UnboundRoles::plays_at(const std::string& role, const std::string& site) const {
    const auto sites = played_.find(role);
    return sites != played_.end() && (sites->second.contains(site) || sites->second.contains(""));
}

bool UnboundRoles::needed(const CatalogFlow& flow, const Member& peer) const {
    return std::any_of(flow.services.begin(), flow.services.end(), [&](const Service& service) {
        return settings_.feature_on(service.feature) && service.reply_of.empty() &&
               (needs_.in_phase(service, peer) || service.phase_of != PhaseOf::any);
    });
}

void UnboundRoles::add(const CatalogFlow& flow, const std::string& from_role, const std::string& to_role, End missing,
                       const std::string& site) {
    const std::string& id = missing == End::from ? from_role : to_role;
    UnboundRole& entry = found_[{id, site}];
    entry.catalog = catalog_.id;
    entry.role = id;
    entry.title = catalog_.role(id)->title;
    entry.site = site;
    const bool known = std::any_of(entry.ways.begin(), entry.ways.end(), [&](const UnboundRole::Way& way) {
        return way.from == from_role && way.to == to_role && way.flow == flow.id;
    });
    if (!known) entry.ways.push_back({from_role, to_role, flow.id});
    if (in(entry.flows, flow.id)) return;
    entry.flows.push_back(flow.id);
    entry.citations.push_back(citation(catalog_, flow.cites.front()));
}

std::vector<UnboundRole> UnboundRoles::take() {
    std::vector<UnboundRole> all;
    for (auto& [key, entry] : found_) all.push_back(std::move(entry));
    found_.clear();
    return all;
}

}  // namespace fwproof::catalog_resolve
