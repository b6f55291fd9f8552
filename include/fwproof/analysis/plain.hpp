// Regions in few words.
#pragma once

#include <vector>

#include "fwproof/packet/packet_set.hpp"

namespace fwproof {

// The products of `region`, a part of `asked`, without the words that already hold for everything that was asked: where
// only packets on real interfaces were asked for, no product says so. Each product covers only packets of the region
// and packets that were not asked for. At most `limit`.
PacketSet::Products plain_products(const PacketSet& region, const PacketSet& asked, std::size_t limit);

}  // namespace fwproof
