// Which hosts play which roles of one catalog.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "catalog/resolve_settings.hpp"

namespace fwproof::catalog_resolve {

class Members {
public:
    Members(const Catalog& catalog, const Site& site);
    Members(const Members&) = delete;
    Members& operator=(const Members&) = delete;

    // Empty where the role is not bound; an external role and, where peers may be anywhere, every role has a member.
    const std::vector<Member>& of(const std::string& role) const;
    const std::vector<Member>& bound() const { return bound_; }

private:
    const Host* outside(const Role& role);
    const Host* anywhere(const Role& role);

    const Site& site_;
    std::map<std::string, std::vector<Member>> by_role_;
    std::vector<Member> bound_;
    std::deque<Host> made_;  // hosts that the site does not name
};

// The addresses between which a flow from one member to another goes. Nothing: both are the same computer.
struct AddressPair {
    AddressSetRef from, to;
};
std::optional<AddressPair> addresses_between(const Member& from, const Member& to);

// Roles that `binding` names in `catalog`; null where the binding is not for this catalog or names no role of it.
const Role* bound_role(const Catalog& catalog, const Binding& binding);

}  // namespace fwproof::catalog_resolve
