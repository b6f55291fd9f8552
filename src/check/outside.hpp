// Which interfaces of a firewall lead to the Internet.
#pragma once

#include <optional>
#include <set>
#include <span>
#include <vector>

#include "fwproof/analysis/crossing.hpp"

namespace fwproof {

// Where packets come in that may be anybody's. Said by the first of: the zones of the site, security levels, address
// translations (an interface behind which own addresses are hidden), default routes. Where nothing says it, an
// interface that no rule names, and the only one that rules name.
struct Outside {
    InterfaceSet interfaces;
    bool known = false;  // something says it
    // Interfaces that no rule names may be outside too, for rules that name none: translations and routes that say one
    // uplink do not say that there is no other. Empty, or one name that stands for them.
    std::vector<InterfacePattern> unnamed = {};
    // Named by rules, and nothing says which of them lead outside: at least two, or none.
    std::vector<InterfacePattern> doubtful = {};
};
Outside outside_of(const Firewall& firewall, std::span<const Zone> zones);

// The patterns of rules, without the loopback interface.
std::set<InterfacePattern> interfaces_of_rules(const Policy& policy);

// Those of the lowest security level, where levels differ.
std::optional<InterfaceSet> lowest_interfaces(const Policy& policy);

// Whether an interface of the pattern is in the set; of names by their beginning, whether one may be.
bool meets(const InterfaceSet& set, const InterfacePattern& pattern);
bool meets(const InterfaceSet& set, const std::vector<InterfacePattern>& patterns);

}  // namespace fwproof
