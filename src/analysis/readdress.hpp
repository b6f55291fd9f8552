// What translations on the way make of flows: every device is asked about the packets that really reach it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "fwproof/analysis/assess.hpp"

namespace fwproof {

// One requirement on its way over the firewalls.
struct Journey {
    std::size_t requirement = 0;
    std::vector<Crossing> crossings;
};

// Replaces the questions of crossings behind a device that translates, and sets what remains open about them.
void readdress(const Topology& topology, std::span<const Requirement> requirements, const Budget& budget,
               std::vector<Journey>& journeys);

}  // namespace fwproof
