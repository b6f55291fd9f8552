#include "vendor/asa/shifts.hpp"

#include <algorithm>

namespace fwproof::asa {

void Shifts::add(const Address& from, const Address& to) {
    if (from.family != to.family) return;
    const auto [found, made] = hulls_.try_emplace({from.family, to.value - from.value}, Hull{from.value, from.value});
    if (made) return;
    found->second.first = std::min(found->second.first, from.value);
    found->second.last = std::max(found->second.last, from.value);
}

Translate::Part Shifts::of(const Address& from, const Address& to) const {
    Translate::Part part;
    const auto found = hulls_.find({from.family, to.value - from.value});
    if (from.family != to.family || found == hulls_.end() || found->second.first == found->second.last) {
        part.address = to;
        return part;
    }
    const Hull& hull = found->second;
    part.block = BlockMap{
        {from.family, hull.first}, {from.family, hull.last}, {to.family, to.value - (from.value - hull.first)}};
    return part;
}

std::optional<Address> only_address(const AddressSetRef& set) {
    if (!set) return std::nullopt;
    const auto& v4 = set->v4.intervals();
    const auto& v6 = set->v6.intervals();
    if (v4.size() == 1 && v6.empty() && v4[0].first == v4[0].last) return Address{Family::v4, v4[0].first};
    if (v6.size() == 1 && v4.empty() && v6[0].first == v6[0].last) return Address{Family::v6, v6[0].first};
    return std::nullopt;
}

}  // namespace fwproof::asa
