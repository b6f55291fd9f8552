#include "analysis/outline_index.hpp"

#include <algorithm>
#include <numeric>

namespace fwproof {

namespace {

constexpr std::uint32_t kLeafSize = 4;

std::uint64_t center(const Outline& outline, std::size_t field) {
    const auto& range = outline.ranges[field];
    return range.first > range.last ? 0 : std::uint64_t{range.first} + range.last;
}

}  // namespace

OutlineIndex::OutlineIndex(std::vector<Outline> outlines) : outlines_(std::move(outlines)) {
    std::vector<std::uint32_t> order(outlines_.size());
    std::iota(order.begin(), order.end(), 0U);
    nodes_.reserve(order.size());
    if (!order.empty()) build(order, 0, static_cast<std::uint32_t>(order.size()));
    leaves_.reserve(order.size());
    for (const std::uint32_t rule : order) leaves_.push_back({outlines_[rule], rule});
}

std::uint32_t OutlineIndex::build(std::vector<std::uint32_t>& order, std::uint32_t first, std::uint32_t count) {
    const auto place = static_cast<std::uint32_t>(nodes_.size());
    nodes_.push_back({});
    const auto begin = order.begin() + first;
    const auto end = begin + count;
    Node node;
    for (auto it = begin; it != end; ++it) node.hull.cover(outlines_[*it]);
    node.lowest = *std::min_element(begin, end);
    node.highest = *std::max_element(begin, end);
    if (count <= kLeafSize) {
        node.first = first;
        node.count = count;
        nodes_[place] = node;
        return place;
    }
    std::size_t widest = 0;
    std::uint64_t spread = 0;
    for (std::size_t field = 0; field < node.hull.ranges.size(); ++field) {
        const auto [low, high] = std::minmax_element(begin, end, [&](std::uint32_t a, std::uint32_t b) {
            return center(outlines_[a], field) < center(outlines_[b], field);
        });
        const std::uint64_t width = center(outlines_[*high], field) - center(outlines_[*low], field);
        if (width > spread) {
            spread = width;
            widest = field;
        }
    }
    const std::uint32_t half = count / 2;
    std::nth_element(begin, begin + half, end, [&](std::uint32_t a, std::uint32_t b) {
        const auto x = center(outlines_[a], widest);
        const auto y = center(outlines_[b], widest);
        return x != y ? x < y : a < b;
    });
    node.left = build(order, first, half);
    node.right = build(order, first + half, count - half);
    nodes_[place] = node;
    return place;
}

}  // namespace fwproof
