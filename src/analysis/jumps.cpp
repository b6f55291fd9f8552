#include "analysis/jumps.hpp"

#include <algorithm>
#include <limits>

namespace fwproof {

namespace {

constexpr std::uint32_t kDeepest = 200;

std::vector<std::vector<RulesetIndex>> jump_targets(const Policy& policy) {
    std::vector<std::vector<RulesetIndex>> targets(policy.rulesets.size());
    for (std::size_t from = 0; from < targets.size(); ++from) {
        auto& list = targets[from];
        for (const auto& rule : policy.rulesets[from].rules) {
            const auto* jump = std::get_if<Jump>(&rule.action);
            const auto* go = std::get_if<Goto>(&rule.action);
            if (!rule.enabled || (!jump && !go)) continue;
            const RulesetIndex to = jump ? jump->to : go->to;
            if (to < targets.size()) list.push_back(to);
        }
        std::sort(list.begin(), list.end());
        list.erase(std::unique(list.begin(), list.end()), list.end());
    }
    return targets;
}

}  // namespace

std::vector<bool> enterable_rulesets(const Policy& policy) {
    const auto targets = jump_targets(policy);
    constexpr std::uint32_t kUnseen = std::numeric_limits<std::uint32_t>::max();
    std::vector<std::uint32_t> order(targets.size(), kUnseen);
    std::vector<std::uint32_t> lowest(targets.size());
    std::vector<std::uint32_t> depth(targets.size());
    std::vector<bool> open(targets.size());  // on the stack of the component search
    std::vector<bool> enterable(targets.size(), true);
    std::vector<RulesetIndex> component;
    struct Frame {
        RulesetIndex at;
        std::size_t next;
    };
    std::vector<Frame> frames;
    std::uint32_t clock = 0;
    const auto open_frame = [&](RulesetIndex at) {
        order[at] = lowest[at] = clock++;
        open[at] = true;
        component.push_back(at);
        frames.push_back({at, 0});
    };
    const auto close = [&](RulesetIndex at) {
        for (const auto to : targets[at])
            depth[at] = std::max(depth[at], enterable[to] && to != at ? depth[to] + 1 : 1);
        if (lowest[at] == order[at]) {
            const bool loops = component.back() != at || std::binary_search(targets[at].begin(), targets[at].end(), at);
            RulesetIndex member{};
            do {
                member = component.back();
                component.pop_back();
                open[member] = false;
                if (loops || depth[member] > kDeepest) enterable[member] = false;
            } while (member != at);
        }
    };
    for (RulesetIndex start = 0; start < targets.size(); ++start) {
        if (order[start] != kUnseen) continue;
        open_frame(start);
        while (!frames.empty()) {
            const RulesetIndex at = frames.back().at;
            if (frames.back().next == targets[at].size()) {
                frames.pop_back();
                close(at);
                if (!frames.empty()) lowest[frames.back().at] = std::min(lowest[frames.back().at], lowest[at]);
                continue;
            }
            const RulesetIndex to = targets[at][frames.back().next++];
            if (order[to] == kUnseen) {
                open_frame(to);
            } else if (open[to]) {
                lowest[at] = std::min(lowest[at], order[to]);
            }
        }
    }
    return enterable;
}

}  // namespace fwproof
