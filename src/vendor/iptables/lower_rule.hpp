// One rule of the AST to the rules of the model that say the same.
#pragma once

#include "vendor/iptables/lower.hpp"

namespace fwproof::iptables {

struct RulePlace {
    const TableAst& table;
    const ChainAst& chain;
    std::uint8_t hooks = 0;
    std::size_t number = 0;  // from 1, in its chain
    bool in_loop = false;    // jumps to a chain that leads back here
    const std::unordered_map<std::string_view, RulesetIndex>& chain_index;
};

// Appends to `ruleset`; what is not exact is noted in the policy.
void lower_rule(Lowering& lowering, const RulePlace& place, const RuleAst& rule, Ruleset& ruleset);

}  // namespace fwproof::iptables
