// Which hosts play which roles of one catalog.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "catalog/resolve_settings.hpp"

namespace fwproof::catalog_resolve {

// Hosts of one role that nothing the site says tells apart, as one; or a single one.
struct Unit {
    Member member;             // with the addresses of all
    std::vector<Member> each;  // in the order of the site
};

class Members {
public:
    Members(const Catalog& catalog, const Site& site);
    Members(const Members&) = delete;
    Members& operator=(const Members&) = delete;

    // Empty where the role is not bound; an external role and, where peers may be anywhere, every role has a member.
    const std::vector<Member>& of(const std::string& role) const;
    const std::vector<Member>& bound() const { return bound_; }
    // The same hosts; where many are alike they are together. A host with a firewall of its own stays alone.
    const std::vector<Unit>& units(const std::string& role) const;

private:
    const Host* outside(const Role& role);
    const Host* anywhere(const Role& role);
    std::vector<Unit> make_units(const std::vector<Member>& members);
    Member together(const std::vector<Member>& alike);

    const Site& site_;
    std::map<std::string, std::vector<Member>> by_role_;
    std::map<std::string, std::vector<Unit>> units_;
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
