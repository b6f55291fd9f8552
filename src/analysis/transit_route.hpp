// The transit devices between the two ends of a requirement.
#pragma once

#include <string>
#include <vector>

#include "fwproof/analysis/crossing.hpp"

namespace fwproof {

struct TransitStep {
    std::size_t firewall = 0;        // into Topology::firewalls
    std::string from_zone, to_zone;  // may be empty
    bool between = false;            // the site says that it stands between the ends; else its routes decide
};

struct TransitRoute {
    std::vector<TransitStep> steps;
    std::string unknown;  // why the way is not known
};

// The zone that an end lies in; empty: none, or no single one.
std::string zone_of(const Topology& topology, const Endpoint& end);

TransitRoute transit_route(const Topology& topology, const Requirement& requirement);

}  // namespace fwproof
