#include "packet/rank_sets.hpp"

#include <algorithm>
#include <limits>

namespace fwproof::packet {

namespace {

constexpr Rank kLast = std::numeric_limits<Rank>::max();
constexpr std::size_t kFewRanges = 16;  // of two sets: quicker to merge again than to remember
constexpr std::size_t kFirstRemembered = std::size_t{1} << 10;
constexpr std::size_t kMostRemembered = std::size_t{1} << 18;

std::uint64_t pair_of(SetId a, SetId b) { return std::uint64_t{a} << 32 | b; }

std::uint64_t hash_of(std::span<const RankRange> ranges) {
    std::uint64_t hash = ranges.size();
    for (const auto& range : ranges) {
        hash = (hash ^ pair_of(range.first, range.last)) * 0x9e3779b97f4a7c15U;
        hash ^= hash >> 29;
    }
    return hash;
}

bool ends_before(const RankRange& range, Rank rank) { return range.last < rank; }

}  // namespace

std::size_t RankSets::Remembered::place(SetId a, SetId b) const {
    std::uint64_t hash = pair_of(a, b) * 0x9e3779b97f4a7c15U;
    hash ^= hash >> 32;
    return hash & (pairs_.size() - 1);
}

const SetId* RankSets::Remembered::find(SetId a, SetId b) const {
    if (pairs_.empty()) return nullptr;
    const Pair& pair = pairs_[place(a, b)];
    return pair.a == a && pair.b == b ? &pair.result : nullptr;
}

void RankSets::Remembered::keep(SetId a, SetId b, SetId result) {
    if (kept_++ == pairs_.size() && pairs_.size() < kMostRemembered) {
        std::vector<Pair> old(std::max(kFirstRemembered, pairs_.size() * 2));
        old.swap(pairs_);
        for (const Pair& pair : old) {
            if (pair.a != kEmptySet) pairs_[place(pair.a, pair.b)] = pair;
        }
    }
    pairs_[place(a, b)] = {a, b, result};
}

RankSets::RankSets() : buckets_(64, kEmptySet) {
    const RankRange whole{0, kLast};
    arena_.push_back(whole);
    entries_.push_back({whole, 0, 1});
    entries_.push_back({{1, 0}, 0, 0});
    buckets_[hash_of({&whole, 1}) & (buckets_.size() - 1)] = kWholeSet;
}

SetId RankSets::intern(std::vector<RankRange> ranges, Rank count) {
    if (!ranges.empty() && ranges.back().last + 1 == count) ranges.back().last = kLast;
    return intern(std::span<const RankRange>(ranges));
}

SetId RankSets::intern(std::span<const RankRange> ranges) {
    if (ranges.empty()) return kEmptySet;
    std::size_t at = hash_of(ranges) & (buckets_.size() - 1);
    for (; buckets_[at] != kEmptySet; at = (at + 1) & (buckets_.size() - 1)) {
        const auto known = this->ranges(buckets_[at]);
        if (std::equal(known.begin(), known.end(), ranges.begin(), ranges.end())) return buckets_[at];
    }
    const auto set = static_cast<SetId>(entries_.size());
    entries_.push_back({{ranges.front().first, ranges.back().last},
                        static_cast<std::uint32_t>(arena_.size()),
                        static_cast<std::uint32_t>(ranges.size())});
    arena_.insert(arena_.end(), ranges.begin(), ranges.end());
    buckets_[at] = set;
    if (entries_.size() * 2 > buckets_.size()) grow();
    return set;
}

void RankSets::grow() {
    buckets_.assign(buckets_.size() * 2, kEmptySet);
    for (SetId set = 0; set < entries_.size(); ++set) {
        if (set == kEmptySet) continue;
        std::size_t at = hash_of(ranges(set)) & (buckets_.size() - 1);
        while (buckets_[at] != kEmptySet) at = (at + 1) & (buckets_.size() - 1);
        buckets_[at] = set;
    }
}

bool RankSets::contains_inside(const Entry& entry, Rank rank) const {
    const auto begin = arena_.begin() + entry.offset;
    const auto above = std::upper_bound(begin, begin + entry.size, rank,
                                        [](Rank value, const RankRange& range) { return value < range.first; });
    return above != begin && rank <= std::prev(above)->last;
}

bool RankSets::meet(SetId a, SetId b) const {
    const Entry& x = entries_[a];
    const Entry& y = entries_[b];
    if (x.hull.first > y.hull.last || y.hull.first > x.hull.last || a == kEmptySet || b == kEmptySet) return false;
    if (x.size == 1 && y.size == 1) return true;
    const auto few = ranges(x.size < y.size ? a : b), many = ranges(x.size < y.size ? b : a);
    auto at = many.begin();
    for (const RankRange& range : few) {
        at = std::lower_bound(at, many.end(), range.first, ends_before);
        if (at == many.end()) return false;
        if (at->first <= range.last) return true;
    }
    return false;
}

bool RankSets::inside(SetId inner, SetId outer) const {
    if (inner == outer || inner == kEmptySet || outer == kWholeSet) return true;
    const Entry& x = entries_[inner];
    const Entry& y = entries_[outer];
    if (outer == kEmptySet || x.hull.first < y.hull.first || x.hull.last > y.hull.last) return false;
    const auto around = ranges(outer);
    auto at = around.begin();
    for (const RankRange& range : ranges(inner)) {
        at = std::lower_bound(at, around.end(), range.first, ends_before);
        if (at == around.end() || at->first > range.first || at->last < range.last) return false;
    }
    return true;
}

SetId RankSets::intersect(SetId a, SetId b) {
    if (a == kWholeSet || a == b) return b;
    if (b == kWholeSet) return a;
    const Entry& x = entries_[a];
    const Entry& y = entries_[b];
    if (x.hull.first > y.hull.last || y.hull.first > x.hull.last) return kEmptySet;
    if (x.size + y.size <= kFewRanges) return intersect_ranges(a, b);
    if (a > b) std::swap(a, b);
    if (const SetId* known = intersections_.find(a, b)) return *known;
    const SetId both = intersect_ranges(a, b);
    intersections_.keep(a, b, both);
    return both;
}

SetId RankSets::subtract(SetId a, SetId b) {
    if (a == b || a == kEmptySet || b == kWholeSet) return kEmptySet;
    if (b == kEmptySet) return a;
    const Entry& x = entries_[a];
    const Entry& y = entries_[b];
    if (x.hull.first > y.hull.last || y.hull.first > x.hull.last) return a;
    if (y.size == 1 && y.hull.first <= x.hull.first && y.hull.last >= x.hull.last) return kEmptySet;
    if (x.size + y.size <= kFewRanges) return subtract_ranges(a, b);
    if (const SetId* known = differences_.find(a, b)) return *known;
    const SetId rest = subtract_ranges(a, b);
    differences_.keep(a, b, rest);
    return rest;
}

SetId RankSets::intersect_ranges(SetId a, SetId b) {
    scratch_.clear();
    const auto x = ranges(a);
    const auto y = ranges(b);
    for (std::size_t i = 0, k = 0; i < x.size() && k < y.size();) {
        const RankRange both{std::max(x[i].first, y[k].first), std::min(x[i].last, y[k].last)};
        if (both.first <= both.last) scratch_.push_back(both);
        if (x[i].last < y[k].last) {
            ++i;
        } else {
            ++k;
        }
    }
    return intern(std::span<const RankRange>(scratch_));
}

SetId RankSets::subtract_ranges(SetId a, SetId b) {
    scratch_.clear();
    const auto cuts = ranges(b);
    std::size_t k = 0;
    for (const auto& range : ranges(a)) {
        Rank next = range.first;
        bool open = true;
        while (k < cuts.size() && cuts[k].last < range.first) ++k;
        for (std::size_t i = k; i < cuts.size() && cuts[i].first <= range.last; ++i) {
            if (cuts[i].first > next) scratch_.push_back({next, cuts[i].first - 1});
            open = cuts[i].last < range.last;
            if (!open) break;
            next = cuts[i].last + 1;
        }
        if (open) scratch_.push_back({next, range.last});
    }
    return intern(std::span<const RankRange>(scratch_));
}

}  // namespace fwproof::packet
