// Which of a device's passing packets leave by other interfaces than its routes say.
#pragma once

#include <string>
#include <vector>

#include "fwproof/policy/policy.hpp"

namespace fwproof {

struct Diverted {
    Product packets;
    std::vector<std::string> interfaces;  // never empty
};

struct DivertedPackets {
    std::vector<Diverted> diverted;
    std::vector<Product> rest;  // those that follow the routes
};

// The header must name one incoming interface, or the policy divert by addresses and services alone. Products of one
// header overlap only where it is not known which way their packets go.
DivertedPackets divert(const Policy& policy, const Product& header);

}  // namespace fwproof
