// The built-in chains of iptables that filter.
#pragma once

#include <vector>

#include "fwproof/policy/policy.hpp"

namespace fwproof {

struct FilterChain {
    const Path* path = nullptr;
    RulesetIndex ruleset = 0;
};

// Those that packets meet, in that order; none for other firewalls. A chain that the export does not hold is left out.
std::vector<FilterChain> filter_chains(const Policy& policy);

// The stages of the path that do not filter, which restore and mark packets before they meet a filter.
Path without_filters(const Policy& policy, const Path& path);
// The stages that filter: what would happen to the packets without translation.
Path only_filters(const Policy& policy, const Path& path);

// A chain that a program keeps up to date by itself ("ufw-reject-input", "DOCKER").
bool is_managed_chain(const Ruleset& ruleset);
// One in which Docker publishes ports.
bool is_docker_chain(const Ruleset& ruleset);

}  // namespace fwproof
