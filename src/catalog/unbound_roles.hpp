// Roles that required flows name and nobody plays: at all, or at one site of the hierarchy.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "catalog/resolve_members.hpp"
#include "catalog/resolve_need.hpp"

namespace fwproof::catalog_resolve {

class UnboundRoles {
public:
    // What is given outlives it.
    UnboundRoles(const Catalog& catalog, const Site& site, const Settings& settings, const Needs& needs,
                 const Members& members);

    // Notes what one pair of the roles of a flow lacks.
    void look_at(const CatalogFlow& flow, const std::string& from_role, const std::string& to_role);
    std::vector<UnboundRole> take();  // ascending by role and site

private:
    void look_at_sites(const CatalogFlow& flow, const std::string& from_role, const std::string& to_role, End end);
    std::set<std::string> sites_for(const CatalogFlow& flow, const Binding& binding) const;
    bool plays_at(const std::string& role, const std::string& site) const;
    bool needed(const CatalogFlow& flow, const Member& peer) const;
    void add(const CatalogFlow& flow, const std::string& from_role, const std::string& to_role, End missing,
             const std::string& site);

    const Catalog& catalog_;
    const Site& site_;
    const Settings& settings_;
    const Needs& needs_;
    const Members& members_;
    std::map<std::string, std::set<std::string>> neighbours_;           // site -> its parent and children
    std::map<std::string, std::set<std::string>> played_;               // role -> sites; "" is everywhere
    std::map<std::pair<std::string, std::string>, UnboundRole> found_;  // role and site
};

}  // namespace fwproof::catalog_resolve
