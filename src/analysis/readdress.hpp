// What translations on the way make of flows: every device is asked about the packets that really reach it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "analysis/way.hpp"
#include "fwproof/analysis/assess.hpp"
#include "fwproof/analysis/evaluate.hpp"

namespace fwproof {

// One requirement on its way over the firewalls.
struct Journey {
    std::size_t requirement = 0;
    std::vector<Crossing> crossings;
    std::vector<Standing> standings;  // of each crossing
    // Of each crossing: of what it depends that replies pass, where nobody knows where they come from; then its `reply`
    // is all that they may be. Else empty.
    std::vector<std::string> reply_doubts = std::vector<std::string>(crossings.size());
};

// Replaces the questions of crossings behind a device that translates, and sets what remains open about them.
void readdress(const Topology& topology, std::span<const Requirement> requirements, const Budget& budget,
               std::vector<Journey>& journeys);

// "edge translates the destination 192.0.2.9 to 10.2.0.9 (edge.v4:7)": what the path does to the addresses of packets
// with one departure, for people; of more products than `limit` that leave so only the first count.
std::vector<std::string> rewritten_text(const Firewall& firewall, const Path& path, const Departure& departure,
                                        std::size_t limit);

}  // namespace fwproof
