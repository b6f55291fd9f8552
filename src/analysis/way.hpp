// The devices on the way of a required flow, and those that its packets would pass by as they are.
#pragma once

#include <string>
#include <vector>

#include "fwproof/analysis/crossing.hpp"

namespace fwproof {

// How a device stands to the packets of its crossing.
struct Standing {
    // Its routes lead to both ends by one interface: these packets do not cross it (the question is empty), unless
    // another device makes something of their addresses.
    bool aside = false;
    bool behind = false;  // it was aside, and packets cross it as another device has translated them
    // The site says that it stands between the ends, and its routes lead to both, or to a part, by one interface; one
    // sentence, or empty.
    std::string turned;
    bool unused = false;               // of the two ways over a device these packets take the other one alone
    std::vector<std::string> assumed;  // what the question rests on that nobody said; one sentence each
};

struct Way {
    CrossingResult found;             // `unchecked` does not hold what standings say
    std::vector<Standing> standings;  // of each crossing; the order is the way's as far as it is known, devices without
                                      // zones that are aside come behind those that packets cross
};
Way find_way(const Topology& topology, const Requirement& requirement);

// Whether a rule may be about some of the packets where they come in, whatever their services and, unless
// `destination`, where they are sent.
bool may_come_in(const Rule& rule, const std::vector<Product>& packets, bool destination);

}  // namespace fwproof
