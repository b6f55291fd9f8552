// The diversions of a device's translations, in the order in which it tries them. Lines that say the same of other
// addresses become one.
#pragma once

#include <vector>

#include "fwproof/policy/policy.hpp"

namespace fwproof::asa {

class Diversions {
public:
    // `diversion` without its destinations. No destination: nothing.
    void add(Diversion diversion, const AddressSet& destinations);
    // Packets in `header` that are left alone, whatever later ones say, or (not surely) perhaps.
    void keep(const Product& header, const AddressSet& destinations, bool surely);
    // Without those that say nothing: kept packets that no later diversion takes.
    std::vector<Diversion> take() &&;

private:
    std::vector<Diversion> all_;
    AddressSet seen_;
};

}  // namespace fwproof::asa
