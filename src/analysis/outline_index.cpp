#include "analysis/outline_index.hpp"

#include <algorithm>

namespace fwproof {

namespace {

constexpr std::uint32_t kLeafSize = 4;

std::uint64_t center(const Outline& outline, std::size_t field) {
    const auto& range = outline.ranges[field];
    return range.first > range.last ? 0 : std::uint64_t{range.first} + range.last;
}

}  // namespace

OutlineIndex::OutlineIndex(const std::vector<Outline>& outlines, std::vector<std::uint32_t> rules) {
    std::erase_if(rules, [&](std::uint32_t rule) { return !outlines[rule].meets(outlines[rule]); });  // empty
    if (rules.empty()) return;
    build(outlines, rules, 0, static_cast<std::uint32_t>(rules.size()));
    leaves_.reserve(rules.size());
    for (const std::uint32_t rule : rules) leaves_.push_back({outlines[rule], rule});
}

std::uint32_t OutlineIndex::build(const std::vector<Outline>& outlines, std::vector<std::uint32_t>& order,
                                  std::uint32_t first, std::uint32_t count) {
    const auto place = static_cast<std::uint32_t>(nodes_.size());
    nodes_.push_back({});
    const auto begin = order.begin() + first;
    const auto end = begin + count;
    Node node;
    for (auto it = begin; it != end; ++it) node.hull.cover(outlines[*it]);
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
            return center(outlines[a], field) < center(outlines[b], field);
        });
        const std::uint64_t width = center(outlines[*high], field) - center(outlines[*low], field);
        if (width > spread) {
            spread = width;
            widest = field;
        }
    }
    const std::uint32_t half = count / 2;
    std::nth_element(begin, begin + half, end, [&](std::uint32_t a, std::uint32_t b) {
        const auto x = center(outlines[a], widest);
        const auto y = center(outlines[b], widest);
        return x != y ? x < y : a < b;
    });
    node.left = build(outlines, order, first, half);
    node.right = build(outlines, order, first + half, count - half);
    nodes_[place] = node;
    return place;
}

}  // namespace fwproof
