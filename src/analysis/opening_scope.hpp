// Which openings of a device are looked at: of a transit device what touches the addresses of roles, of a host what it
// permits at all.
#pragma once

#include <span>
#include <vector>

#include "fwproof/analysis/assess.hpp"

namespace fwproof {

class OpeningScope {
public:
    // What is given outlives the scope.
    OpeningScope(const Topology& topology, std::span<const Requirement> requirements)
        : topology_(topology), requirements_(requirements) {}

    // Of a host firewall, as far as roles are bound to them; null: nobody knows.
    AddressSetRef own_addresses(const Firewall& firewall) const;
    // Everything that roles are bound to.
    AddressSet bound_addresses() const;
    // What a computer sends to itself crosses no other device.
    std::vector<Product> selves() const;
    std::vector<const Path*> paths(const Firewall& firewall) const;
    // The packets. `values` takes every product that they are made of.
    std::vector<Product> packets(const Firewall& firewall, std::vector<Product>& values) const;

private:
    const Topology& topology_;
    std::span<const Requirement> requirements_;
};

}  // namespace fwproof
