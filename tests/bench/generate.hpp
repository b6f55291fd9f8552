// Rule lists of known character, the same for the same seed.
//
// The families imitate published statistics of real lists: how often a field is any, how long prefixes are, how many
// different values there are, how values nest. acl: router lists, specific and shallow. fw: firewall lists with short
// prefixes, port ranges and many any. ipc: in between. ent: every field any with a chance of 0.3. obj, obj2: 200 and
// 500 rules between large object groups.
#pragma once

#include <string>
#include <vector>

#include "fwproof/policy/policy.hpp"

namespace fwproof::bench {

struct Recipe {
    std::string family = "acl";
    std::size_t rules = 1000;
    bool v6 = false;
    std::uint32_t seed = 1;
    std::size_t baseline_order = 0;  // of the fields, for the baselines
};

// One ruleset, default deny, one transit path.
Policy generate(const Recipe& recipe);

// The same policy after a number of edits: rules dropped, doubled elsewhere with another verdict, or moved.
Policy edit(Policy policy, std::size_t edits, std::uint32_t seed);

// Flows as a catalog would require them: single hosts of the list's own networks, one port.
std::vector<Product> flows(const Policy& policy, std::size_t count, std::uint32_t seed);

}  // namespace fwproof::bench
