// Where the region of a finding is permitted: for its fingerprint, and by which interfaces.
#pragma once

#include "fwproof/analysis/crossing.hpp"
#include "fwproof/policy/policy.hpp"

namespace fwproof {

// The Finding::subject of a finding that has a region: a header that stands at that position.
inline Product standing_at(Position position) {
    Product header;
    if (position == Position::inbound) header.out = InterfaceSet::none();
    if (position == Position::outbound) header.in = InterfaceSet::none();
    return header;
}

// Packets that leave by no interface that the device has not, and where they pass through it by one of its own.
inline Product by_own_interfaces(const Policy& policy, Position position) {
    Product header;
    if (auto interfaces = listed_interfaces(policy)) {
        header.out = std::move(*interfaces);
        if (position != Position::transit) header.out.any_of.insert(header.out.any_of.begin(), {"", false});
    }
    return header;
}

}  // namespace fwproof
