// Lines that translate one host each, by the same distance, are told to the engine as parts of one block: it follows
// each outcome of a translation apart from the others, and data centers have thousands of such lines in a few blocks.
#pragma once

#include <map>
#include <optional>
#include <utility>

#include "fwproof/policy/rule.hpp"

namespace fwproof::asa {

class Shifts {
public:
    // A line makes `to` of `from`. Of other families than one: nothing.
    void add(const Address& from, const Address& to);
    // The same with the block of all lines of that distance, where there is more than one.
    Translate::Part of(const Address& from, const Address& to) const;

private:
    struct Hull {
        uint128 first = 0, last = 0;
    };
    std::map<std::pair<Family, uint128>, Hull> hulls_;  // by family and distance
};

// The one address of a set.
std::optional<Address> only_address(const AddressSetRef& set);

}  // namespace fwproof::asa
