// Which rules a question can meet at all. Rules that it cannot meet need no coordinates and are never evaluated, so
// that a question about a small part of a long list costs what that part costs.
#pragma once

#include <vector>

#include "fwproof/policy/policy.hpp"

namespace fwproof {

class Nearby {
public:
    // Every rule of every policy.
    Nearby() = default;
    // The rules that packets of the products may match on their way through one of the paths, translated or not; a
    // superset, found by hulls of the products' addresses, protocols and destination ports. Every rule where there are
    // more ways of being translated than can be followed.
    Nearby(const Policy& policy, const std::vector<const Path*>& paths, const std::vector<Product>& packets);

    bool everything() const { return everything_; }
    bool contains(RuleRef rule) const {
        return everything_ || (!rules_[rule.ruleset].empty() && rules_[rule.ruleset][rule.rule]);
    }

private:
    bool everything_ = true;
    std::vector<std::vector<bool>> rules_;  // by ruleset; empty: none of its rules
};

// By ruleset: some stage of the path, or a jump of an enabled rule on the way, leads into it.
std::vector<bool> rulesets_on(const Policy& policy, const Path& path);

bool translates(const Policy& policy);

}  // namespace fwproof
