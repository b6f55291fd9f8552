// Where the region of a finding is permitted, for its fingerprint.
#pragma once

#include "fwproof/policy/policy.hpp"

namespace fwproof {

// The Finding::subject of a finding that has a region: a header that stands at that position.
inline Product standing_at(Position position) {
    Product header;
    if (position == Position::inbound) header.out = InterfaceSet::none();
    if (position == Position::outbound) header.in = InterfaceSet::none();
    return header;
}

}  // namespace fwproof
