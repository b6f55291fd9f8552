// Which of many outlines meet a given one.
//
// A bounding volume hierarchy: a binary tree over the outlines, halved at the median of the field in which they spread
// most, every node with the hull of what is below it (the usual structure of ray tracers). Building sorts, n log n; a
// query descends only into hulls that meet it and, since nodes know their lowest and highest rule, only into rules
// before or behind a place.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "fwproof/packet/outline.hpp"

namespace fwproof {

class OutlineIndex {
public:
    OutlineIndex() = default;
    // Of these rules, those whose outlines (one for every rule there is) are not empty.
    OutlineIndex(const std::vector<Outline>& outlines, std::vector<std::uint32_t> rules);

    // Calls `visit(rule)` for every rule in [begin, end) whose outline meets the asked one, in no useful but a fixed
    // order; stops when it returns false.
    template <class Visit>
    void visit(const Outline& asked, std::uint32_t begin, std::uint32_t end, const Visit& visit) const {
        if (!nodes_.empty()) descend(0, asked, begin, end, visit);
    }

    // The lowest rule in [begin, end) whose outline meets the asked one and that passes the test.
    template <class Test>
    std::optional<std::uint32_t> first(const Outline& asked, std::uint32_t begin, std::uint32_t end,
                                       const Test& test) const {
        const std::uint32_t none = end;
        if (!nodes_.empty()) descend_first(0, asked, begin, end, test);
        return end == none ? std::nullopt : std::optional(end);
    }

private:
    struct Node {
        Outline hull;
        std::uint32_t lowest = 0, highest = 0;  // rule
        std::uint32_t first = 0, count = 0;     // leaf: into leaves_
        std::uint32_t left = 0, right = 0;      // count == 0
    };

    struct Leaf {
        Outline outline;
        std::uint32_t rule = 0;
    };

    std::uint32_t build(const std::vector<Outline>& outlines, std::vector<std::uint32_t>& order, std::uint32_t first,
                        std::uint32_t count);

    template <class Visit>
    bool descend(std::uint32_t at, const Outline& asked, std::uint32_t begin, std::uint32_t end,
                 const Visit& visit) const {
        const Node& node = nodes_[at];
        if (node.highest < begin || node.lowest >= end || !node.hull.meets(asked)) return true;
        if (node.count == 0) {
            return descend(node.left, asked, begin, end, visit) && descend(node.right, asked, begin, end, visit);
        }
        for (std::uint32_t i = node.first; i < node.first + node.count; ++i) {
            const auto& [outline, rule] = leaves_[i];
            if (rule >= begin && rule < end && outline.meets(asked) && !visit(rule)) return false;
        }
        return true;
    }

    // Lowers `end` to the rule that is found; the half with the lower rules is tried first.
    template <class Test>
    void descend_first(std::uint32_t at, const Outline& asked, std::uint32_t begin, std::uint32_t& end,
                       const Test& test) const {
        const Node& node = nodes_[at];
        if (node.highest < begin || node.lowest >= end || !node.hull.meets(asked)) return;
        if (node.count == 0) {
            const bool left_first = nodes_[node.left].lowest <= nodes_[node.right].lowest;
            descend_first(left_first ? node.left : node.right, asked, begin, end, test);
            descend_first(left_first ? node.right : node.left, asked, begin, end, test);
            return;
        }
        for (std::uint32_t i = node.first; i < node.first + node.count; ++i) {
            const auto& [outline, rule] = leaves_[i];
            if (rule >= begin && rule < end && outline.meets(asked) && test(rule)) end = rule;
        }
    }

    std::vector<Leaf> leaves_;  // what is near each other stands together
    std::vector<Node> nodes_;
};

}  // namespace fwproof
