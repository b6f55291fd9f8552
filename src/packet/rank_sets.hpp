// Sets of ranks, each kept once.
//
// A set is a number: equal sets have equal numbers, so an object group of any size is one word wherever it is used, and
// what two large sets have in common is computed once and looked up while it is remembered. The last class of a field
// stands for all ranks behind it, so that the whole of a field is the same set for every field and the top of a range
// needs no test. Cost: interning hashes the ranges; an operation on two sets is linear in their ranges, a question to
// them in those of the smaller one.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "packet/coordinates.hpp"

namespace fwproof::packet {

using SetId = std::uint32_t;
inline constexpr SetId kWholeSet = 0, kEmptySet = 1;

class RankSets {
public:
    RankSets();

    // `ranges`: ascending, disjoint, not adjacent, of a field with `count` classes.
    SetId intern(std::vector<RankRange> ranges, Rank count);

    std::span<const RankRange> ranges(SetId set) const {
        return {arena_.data() + entries_[set].offset, entries_[set].size};
    }
    bool contains(SetId set, Rank rank) const {
        const Entry& entry = entries_[set];
        if (rank < entry.hull.first || rank > entry.hull.last) return false;
        return entry.size == 1 || contains_inside(entry, rank);
    }
    bool meet(SetId a, SetId b) const;
    bool inside(SetId inner, SetId outer) const;
    SetId intersect(SetId a, SetId b);
    SetId subtract(SetId a, SetId b);

private:
    struct Entry {
        RankRange hull;  // first > last: empty
        std::uint32_t offset = 0;
        std::uint32_t size = 0;
    };
    // Results of operations on pairs of sets. A later pair may take the place of an earlier one, so that memory does
    // not grow with the number of questions.
    class Remembered {
    public:
        const SetId* find(SetId a, SetId b) const;
        void keep(SetId a, SetId b, SetId result);

    private:
        struct Pair {
            SetId a = kEmptySet, b = kEmptySet, result = kEmptySet;  // nothing is asked of the empty set
        };
        std::size_t place(SetId a, SetId b) const;

        std::vector<Pair> pairs_;
        std::size_t kept_ = 0;
    };
    bool contains_inside(const Entry& entry, Rank rank) const;
    SetId intern(std::span<const RankRange> ranges);
    SetId intersect_ranges(SetId a, SetId b);
    SetId subtract_ranges(SetId a, SetId b);
    void grow();

    std::vector<RankRange> arena_;
    std::vector<Entry> entries_;
    std::vector<SetId> buckets_;  // open addressing; kEmptySet: free
    Remembered intersections_, differences_;
    std::vector<RankRange> scratch_;
};

}  // namespace fwproof::packet
