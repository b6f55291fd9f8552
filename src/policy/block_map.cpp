#include "fwproof/policy/block_map.hpp"

#include <algorithm>

namespace fwproof {

AddressSet BlockMap::of(const AddressSet& addresses) const {
    AddressSet moved;
    const auto move = [&](const auto& from, auto& made) {
        using Intervals = std::decay_t<decltype(made)>;
        using Value = std::decay_t<decltype(made.intervals()[0].first)>;
        std::vector<Interval<Value>> found;
        const auto inside = from & Intervals::range(static_cast<Value>(first.value), static_cast<Value>(last.value));
        for (const auto& part : inside.intervals()) {
            found.push_back({static_cast<Value>(of({first.family, part.first}).value),
                             static_cast<Value>(of({first.family, part.last}).value)});
        }
        made = Intervals(std::move(found));
    };
    if (first.family == Family::v4) {
        move(addresses.v4, moved.v4);
    } else {
        move(addresses.v6, moved.v6);
    }
    return moved;
}

std::optional<BlockMap> BlockMap::then(const BlockMap& next) const {
    if (to.family != next.first.family) return std::nullopt;
    const uint128 from = std::max(to.value, next.first.value);
    const uint128 until = std::min(of(last).value, next.last.value);
    if (from > until) return std::nullopt;
    const BlockMap back{to, of(last), first};
    return BlockMap{back.of(Address{to.family, from}), back.of(Address{to.family, until}),
                    next.of(Address{to.family, from})};
}

}  // namespace fwproof
