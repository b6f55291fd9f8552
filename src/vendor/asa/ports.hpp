// The interfaces that filter, and what is forbidden between them whatever a list says.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vendor/asa/lower.hpp"

namespace fwproof::asa {

// A filter interface: named, and able to carry traffic.
struct Port {
    std::string name;
    std::optional<int> level;
    bool carries = true;
    bool known = true;  // the export has its block
    Place place;
};

// Denies of new connections, in front of every list: by interfaces, bridge groups, levels, nat-control, the check of
// the reverse path and the authentication of users.
void forbid(Lowering& lowering, const std::vector<Port>& ports, Ruleset& ruleset);

// Packets that seem to pass, but may be for the device itself: it is given its address there at run time, or a unit of
// the cluster has one of a pool that the export does not hold.
struct PerhapsOwn {
    const InterfaceBlock* interface = nullptr;
    Product packets;
    std::string_view name;  // of the rule that leaves them open
    std::string condition;
};
std::vector<PerhapsOwn> perhaps_own(const Config& config);

// Where a route drops what it leads there.
bool is_null_interface(std::string_view name);
InterfaceSet interfaces_of(const std::vector<std::string>& names);
bool is_member(const InterfaceBlock& bridge, const InterfaceBlock& interface);
// The interface of that name, and its members where it is a bridge group's own.
InterfaceSet with_members(const Config& config, std::string_view name);
// Of the bridge group whose own interface has that name.
std::vector<const InterfaceBlock*> bridge_members(const Config& config, std::string_view name);
bool of_one_level(const std::vector<const InterfaceBlock*>& interfaces);
int level_of(const InterfaceBlock& interface);

}  // namespace fwproof::asa
