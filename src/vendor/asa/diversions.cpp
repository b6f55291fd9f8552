#include "vendor/asa/diversions.hpp"

#include <algorithm>
#include <utility>

namespace fwproof::asa {

void Diversions::add(Diversion diversion, const AddressSet& destinations) {
    if (destinations.empty()) return;
    diversion.packets.destination = nullptr;
    const bool fresh = (seen_ & destinations).empty();
    if (fresh) {  // no other one speaks of these addresses, so its place does not matter
        for (auto& other : all_) {
            Product same = other.packets;
            same.destination = nullptr;
            if (other.interfaces != diversion.interfaces || other.surely != diversion.surely ||
                !(same == diversion.packets))
                continue;
            other.packets.destination = share(*other.packets.destination | destinations);
            seen_ = seen_ | destinations;
            return;
        }
    }
    seen_ = seen_ | destinations;
    diversion.packets.destination = share(destinations);
    all_.push_back(std::move(diversion));
}

void Diversions::keep(const Product& header, const AddressSet& destinations, bool surely) {
    Diversion diversion;
    diversion.packets = header;
    diversion.surely = surely;
    add(std::move(diversion), destinations);
}

std::vector<Diversion> Diversions::take() && {
    std::vector<Diversion> kept;
    AddressSet later;
    for (std::size_t i = all_.size(); i-- > 0;) {
        auto& diversion = all_[i];
        const AddressSet& here = *diversion.packets.destination;
        if (diversion.interfaces.empty() && (here & later).empty()) continue;
        later = later | here;
        kept.push_back(std::move(diversion));
    }
    std::reverse(kept.begin(), kept.end());
    return kept;
}

}  // namespace fwproof::asa
