// The hull of a set of packets: one interval of classes for each of the fields that tell rules apart best.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace fwproof {

// Two sets whose outlines do not meet are disjoint; the reverse does not hold. Comparable within one space only.
struct Outline {
    // Nothing meets an empty range, since no class has the number of its first.
    struct Range {
        std::uint32_t first = ~std::uint32_t{0};
        std::uint32_t last = 0;

        bool meets(const Range& other) const {
            return static_cast<bool>(static_cast<int>(first <= other.last) & static_cast<int>(other.first <= last));
        }
        void cover(const Range& other) {
            first = std::min(first, other.first);
            last = std::max(last, other.last);
        }
    };
    enum Side : std::size_t { destination_v4, source_v4, destination_v6, source_v6, protocol, destination_port };
    std::array<Range, 6> ranges;

    bool meets(const Outline& other) const {
        const auto both = [&](Side side) { return static_cast<int>(ranges[side].meets(other.ranges[side])); };
        // Every side is compared: a processor guesses wrong too often which of them will differ.
        const int addresses = (both(destination_v4) & both(source_v4)) | (both(destination_v6) & both(source_v6));
        return static_cast<bool>(addresses & both(protocol) & both(destination_port));
    }
    void cover(const Outline& other) {
        for (std::size_t i = 0; i < ranges.size(); ++i) ranges[i].cover(other.ranges[i]);
    }
};

}  // namespace fwproof
