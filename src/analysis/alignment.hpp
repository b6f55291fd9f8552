// What two sequences have in common.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace fwproof {

namespace alignment {

constexpr std::size_t kCells = 4'000'000;  // of the table of the longest common subsequence

// Reports what is in one of the stretches [first, last) and not in their longest common subsequence; where the table
// would be too large, everything.
template <class Same, class Both, class Removed, class Added>
void align_exactly(std::size_t i, std::size_t a_end, std::size_t k, std::size_t b_end, const Same& same,
                   const Both& both, const Removed& removed, const Added& added) {
    const std::size_t n = a_end - i;
    const std::size_t m = b_end - k;
    if ((n + 1) * (m + 1) > kCells) {
        while (i < a_end) removed(i++);
        while (k < b_end) added(k++);
        return;
    }
    const std::size_t a_start = i;
    const std::size_t b_start = k;
    std::vector<std::uint32_t> common((n + 1) * (m + 1));  // of the tails from (i, k)
    const auto at = [&](std::size_t x, std::size_t y) -> std::uint32_t& {
        return common[(x - a_start) * (m + 1) + (y - b_start)];
    };
    for (std::size_t x = a_end; x-- > a_start;) {
        for (std::size_t y = b_end; y-- > b_start;) {
            at(x, y) = same(x, y) ? at(x + 1, y + 1) + 1 : std::max(at(x + 1, y), at(x, y + 1));
        }
    }
    while (i < a_end || k < b_end) {
        if (i < a_end && k < b_end && same(i, k)) {
            both(i++, k++);
        } else if (k == b_end || (i < a_end && at(i + 1, k) >= at(i, k + 1))) {
            removed(i++);
        } else {
            added(k++);
        }
    }
}

}  // namespace alignment

// Walks through two sequences of these lengths and calls both(i, k) for what they share, removed(i) and added(k) for
// the rest, in order. Long equal stretches with a few edits between them: after a mismatch the nearest place where both
// sides go on equally for a while is looked for, so that the quadratic alignment only sees what lies between.
template <class Same, class Both, class Removed, class Added>
void align(std::size_t n, std::size_t m, const Same& same, const Both& both, const Removed& removed,
           const Added& added) {
    constexpr std::size_t kWindow = 64;
    constexpr std::size_t kRun = 3;
    const auto runs_on = [&](std::size_t i, std::size_t k) {
        for (std::size_t step = 0; step < kRun; ++step) {
            if (i + step == n && k + step == m) return true;
            if (i + step >= n || k + step >= m || !same(i + step, k + step)) return false;
        }
        return true;
    };
    std::size_t tail = 0;  // common at the end
    while (tail < n && tail < m && same(n - tail - 1, m - tail - 1)) ++tail;
    std::size_t i = 0;
    std::size_t k = 0;
    while (i < n - tail || k < m - tail) {
        if (i < n - tail && k < m - tail && same(i, k)) {
            both(i++, k++);
            continue;
        }
        std::size_t skip_a = n - tail - i;
        std::size_t skip_b = m - tail - k;
        for (std::size_t reach = 1; reach <= kWindow; ++reach) {
            bool found = false;
            for (std::size_t x = 0; x <= reach && !found; ++x) {
                if (x > skip_a || reach - x > skip_b || !runs_on(i + x, k + reach - x)) continue;
                skip_a = x;
                skip_b = reach - x;
                found = true;
            }
            if (found) break;
        }
        alignment::align_exactly(i, i + skip_a, k, k + skip_b, same, both, removed, added);
        i += skip_a;
        k += skip_b;
    }
    for (; i < n; ++i, ++k) both(i, k);
}

}  // namespace fwproof
