// Behind which interfaces addresses are, as the networks and routes of a device say.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "fwproof/policy/policy.hpp"

namespace fwproof {

// Addresses that one longest network or route covers, or several of that length.
struct Reach {
    AddressSet addresses;
    std::vector<std::string> interfaces;  // ascending; empty: nothing covers the addresses
};

class RoutingTable {
public:
    enum class Use : std::uint8_t {
        own,   // where packets of the device itself come from and go to
        from,  // where passing packets come from: without interfaces that none of them uses
        to,    // and where they go
    };
    RoutingTable(const Policy& policy, Use use);

    bool empty() const { return reaches_.empty(); }
    // The addresses by interfaces, disjoint; what nothing covers is last.
    std::vector<Reach> split(const AddressSet& addresses) const;

private:
    std::vector<Reach> reaches_;  // of all addresses that something covers; ascending by interfaces
};

}  // namespace fwproof
