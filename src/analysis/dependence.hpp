// On what the verdict of packets depends that two policies both leave unknown.
#pragma once

#include <vector>

#include "fwproof/analysis/compare.hpp"

namespace fwproof {

struct UndecidedSide {
    const Evaluator& evaluator;
    const Path& path;
    const Nearby& rules;  // that packets of the region can meet; the space holds the values of no other
};

// Appends the packets of the region, all of which are unknown on both paths, whose verdict depends on other conditions
// after than before: as Direction::still_unknown, with the first rule on each side that the other does not have.
//
// A packet's list on one side is every rule that may decide it, in order, with its verdict and its conditions. Two
// lists are the same when they are equal without what never acts: rules behind one that needs less, a permit at the end
// of a stage, the order of rules of one verdict; or when they agree whichever of their conditions hold, where those are
// few and last. Rules whose part no list shows (a conditional return, mark or
// translation) make a difference of every packet of the region that they meet: it holds only packets that an edited
// rule meets. Returns false when that takes too many parts. Throws OutOfBudget.
bool find_other_conditions(const UndecidedSide& before, const UndecidedSide& after, const PacketSet& region,
                           std::size_t limit, std::vector<Difference>& differences);

}  // namespace fwproof
