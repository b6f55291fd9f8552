// A set of unsigned integers as sorted, disjoint, non-adjacent closed intervals. The domain is the whole range of T.
#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

#include "fwproof/base/address.hpp"

namespace fwproof {

// Both ends are in the interval; first <= last.
template <class T>
struct Interval {
    T first{};
    T last{};

    friend bool operator==(const Interval&, const Interval&) = default;
    friend auto operator<=>(const Interval&, const Interval&) = default;
};

template <class T>
class IntervalSet {
public:
    static constexpr T kMin = T(0);
    static constexpr T kMax = T(~T(0));

    IntervalSet() = default;  // empty
    IntervalSet(std::initializer_list<Interval<T>> intervals) : IntervalSet(std::vector<Interval<T>>(intervals)) {}
    // Any order, overlaps allowed; intervals with last < first are dropped.
    explicit IntervalSet(std::vector<Interval<T>> intervals) : intervals_(std::move(intervals)) { normalize(); }

    static IntervalSet all() { return IntervalSet{{kMin, kMax}}; }
    static IntervalSet of(T value) { return IntervalSet{{value, value}}; }
    static IntervalSet range(T first, T last) { return IntervalSet{{first, last}}; }

    bool empty() const { return intervals_.empty(); }
    bool is_all() const { return intervals_.size() == 1 && intervals_[0].first == kMin && intervals_[0].last == kMax; }
    const std::vector<Interval<T>>& intervals() const { return intervals_; }

    bool contains(T value) const {
        auto it = std::upper_bound(intervals_.begin(), intervals_.end(), value,
                                   [](T v, const Interval<T>& i) { return v < i.first; });
        return it != intervals_.begin() && value <= std::prev(it)->last;
    }

    bool subset_of(const IntervalSet& other) const { return (*this - other).empty(); }

    IntervalSet complement() const {
        std::vector<Interval<T>> gaps;
        T next = kMin;
        bool open = true;
        for (const auto& i : intervals_) {
            if (i.first > next) gaps.push_back({next, T(i.first - 1)});
            if (i.last == kMax) {
                open = false;
                break;
            }
            next = T(i.last + 1);
        }
        if (open) gaps.push_back({next, kMax});
        return adopt(std::move(gaps));
    }

    friend IntervalSet operator&(const IntervalSet& a, const IntervalSet& b) {
        std::vector<Interval<T>> both;
        auto i = a.intervals_.begin();
        auto j = b.intervals_.begin();
        while (i != a.intervals_.end() && j != b.intervals_.end()) {
            const T first = std::max(i->first, j->first);
            const T last = std::min(i->last, j->last);
            if (first <= last) both.push_back({first, last});
            if (i->last < j->last) {
                ++i;
            } else {
                ++j;
            }
        }
        return adopt(std::move(both));
    }

    friend IntervalSet operator|(const IntervalSet& a, const IntervalSet& b) {
        std::vector<Interval<T>> both = a.intervals_;
        both.insert(both.end(), b.intervals_.begin(), b.intervals_.end());
        return IntervalSet(std::move(both));
    }

    friend IntervalSet operator-(const IntervalSet& a, const IntervalSet& b) { return a & b.complement(); }

    friend bool operator==(const IntervalSet&, const IntervalSet&) = default;
    friend auto operator<=>(const IntervalSet& a, const IntervalSet& b) {
        return std::lexicographical_compare_three_way(a.intervals_.begin(), a.intervals_.end(), b.intervals_.begin(),
                                                      b.intervals_.end());
    }

private:
    static IntervalSet adopt(std::vector<Interval<T>> sorted) {
        IntervalSet set;
        set.intervals_ = std::move(sorted);
        return set;
    }

    void normalize() {
        std::erase_if(intervals_, [](const Interval<T>& i) { return i.last < i.first; });
        std::sort(intervals_.begin(), intervals_.end());
        std::size_t kept = 0;
        for (std::size_t i = 0; i < intervals_.size(); ++i) {
            const Interval<T> next = intervals_[i];
            if (kept > 0 && (intervals_[kept - 1].last == kMax || next.first <= T(intervals_[kept - 1].last + 1))) {
                intervals_[kept - 1].last = std::max(intervals_[kept - 1].last, next.last);
            } else {
                intervals_[kept++] = next;
            }
        }
        intervals_.resize(kept);
    }

    std::vector<Interval<T>> intervals_;
};

using PortSet = IntervalSet<std::uint16_t>;
using ProtocolSet = IntervalSet<std::uint8_t>;

}  // namespace fwproof
