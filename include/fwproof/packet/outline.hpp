// The hull of a set of packets: one interval of classes for each of the fields that tell rules apart best.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace fwproof {

// Two sets whose outlines do not meet are disjoint; the reverse does not hold. Comparable within one space only.
struct Outline {
    struct Range {
        std::uint32_t first = 1;  // first > last: nothing
        std::uint32_t last = 0;
    };
    enum Side : std::size_t { destination_v4, source_v4, destination_v6, source_v6, protocol, destination_port };
    std::array<Range, 6> ranges;

    bool meets(const Outline& other) const {
        const auto both = [&](std::size_t i) {
            return ranges[i].first <= other.ranges[i].last && other.ranges[i].first <= ranges[i].last &&
                   ranges[i].first <= ranges[i].last && other.ranges[i].first <= other.ranges[i].last;
        };
        return both(protocol) && both(destination_port) &&
               ((both(destination_v4) && both(source_v4)) || (both(destination_v6) && both(source_v6)));
    }
    void cover(const Outline& other) {
        for (std::size_t i = 0; i < ranges.size(); ++i) {
            Range& mine = ranges[i];
            const Range& its = other.ranges[i];
            if (its.first > its.last) continue;
            if (mine.first > mine.last) {
                mine = its;
            } else {
                if (its.first < mine.first) mine.first = its.first;
                if (its.last > mine.last) mine.last = its.last;
            }
        }
    }
};

}  // namespace fwproof
