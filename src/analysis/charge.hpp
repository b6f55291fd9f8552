// Who is to answer for what a path permits.
#pragma once

#include <vector>

#include "analysis/desk.hpp"

namespace fwproof {

// What one rule is charged with: packets that it permits and no later rule on their path.
struct Charge {
    RuleRef rule;
    PacketSet packets;
    PacketSet surely;  // the part that passes whatever conditions hold
};

// Every packet of the question that may pass is charged to one rule: the last written rule on its path that permits it,
// and where there is none, the last default. One that surely passes is charged to a rule that surely permits it: what a
// condition permits that passes without it opens nothing. In the order of evaluation, each rule once. Throws
// OutOfBudget.
std::vector<Charge> charges(const Evaluator& evaluator, const Path& path, const PacketSet& question);

}  // namespace fwproof
