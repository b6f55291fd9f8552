// Translation of a whole block of addresses: network to network, each to the one at the same place.
#pragma once

#include <optional>

#include "fwproof/base/address_set.hpp"

namespace fwproof {

// `first` to `last` (inclusive) become `to` and what follows it. All three are of one family, first <= last, and the
// block that starts at `to` ends inside the family's range.
struct BlockMap {
    Address first, last;
    Address to;

    AddressSet block() const { return AddressSet::range(first, last); }
    AddressSet image() const { return AddressSet::range(to, of(last)); }

    // What becomes of an address of the block.
    Address of(const Address& address) const { return {to.family, to.value + (address.value - first.value)}; }
    // What becomes of those that are in the block.
    AddressSet of(const AddressSet& addresses) const;
    // Those of the block that become one of the addresses.
    AddressSet origin(const AddressSet& addresses) const { return BlockMap{to, of(last), first}.of(addresses); }
    // Both, one after the other, where both apply; nothing: nowhere.
    std::optional<BlockMap> then(const BlockMap& next) const;

    friend bool operator==(const BlockMap&, const BlockMap&) = default;
    friend auto operator<=>(const BlockMap&, const BlockMap&) = default;
};

}  // namespace fwproof
