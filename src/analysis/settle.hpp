// What the verdicts of single requirements say together: alternatives, readings of a disputed entry, replies.
#pragma once

#include <set>
#include <span>
#include <vector>

#include "fwproof/analysis/assess.hpp"

namespace fwproof {

// Whether the requirement is judged.
bool asked(const Requirement& requirement);

struct Settled {
    std::vector<bool> not_counted;   // by requirement: another one stands for it
    std::set<std::size_t> quiet;     // what fails there is no finding
    std::set<std::size_t> in_group;  // told with their group
};

// Reads Assessment::verdicts, which hold the worst of each requirement on its way, and brings them in line; fills
// groups and disputes.
Settled settle(std::span<const Requirement> requirements, Assessment& assessment);

}  // namespace fwproof
