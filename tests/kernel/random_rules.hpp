// Seeded random rulesets in the words of iptables-restore, made of what fwproof models exactly.
#pragma once

#include <string>
#include <vector>

#include "fwproof/policy/policy.hpp"
#include "kernel/probes.hpp"

namespace fwproof::kernel {

struct RandomRules {
    std::string text;
    Position position{};    // the hook that most rules are about
    bool has_sets = false;  // refers to sets of random_sets()
};

RandomRules random_rules(Random& random, Family family, const std::vector<std::string>& interfaces);

// What `ipset save` would print: the sets that random rules refer to, for both families.
std::string random_sets(Random& random);

}  // namespace fwproof::kernel
