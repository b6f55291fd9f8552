// The sets that rules match, and what stretches of rules decide together.
//
// Every ruleset gets a balanced tree over its rules. A stretch of rules that only decide has one diagram of decisions,
// made from the whole list where every match is one product (Decisions::of_list), else from the diagrams of its halves.
// What is asked for often is made for every question once and kept.
#pragma once

#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "analysis/outline_index.hpp"
#include "analysis/world.hpp"
#include "fwproof/analysis/evaluate.hpp"
#include "fwproof/packet/decisions.hpp"

namespace fwproof {

using WorldIndex = std::uint32_t;  // 0: the initial world

class RuleIndex {
public:
    // Answers are only asked for inside `focus`, whose packets match no rule that is not nearby.
    RuleIndex(const Policy& policy, const Space& space, const PacketSet& focus, Nearby nearby);

    // What a rule or guard surely and possibly matches.
    struct Bounds {
        PacketSet surely;
        PacketSet possibly;
    };
    Bounds bounds(RuleRef rule, WorldIndex world, const Assumption& assumption);
    Bounds guard(const Product& product, WorldIndex world);

    // A stretch of rules, by index into the tree of its ruleset.
    struct Stretch {
        std::uint32_t begin = 0, end = 0;   // rules [begin, end)
        std::uint32_t left = 0, right = 0;  // children; 0: a single rule, or none
        bool decides_only = true;           // no rule in it jumps, returns, marks or translates
        bool conditional = false;           // some rule in it has conditions
        bool listable = true;               // every match in it is one product, whatever the world
    };
    // The root is the first; no element: no rules.
    const std::vector<Stretch>& stretches(RulesetIndex ruleset);
    // A stretch in several parts, in order.
    std::vector<std::uint32_t> parts(RulesetIndex ruleset, std::uint32_t stretch) const;
    // Of a stretch that only decides, without assumptions.
    const Decisions& decisions(RulesetIndex ruleset, std::uint32_t stretch, WorldIndex world);
    // The same for questions inside the region. Of a long stretch that was seldom asked for they are made for the
    // region alone and not kept.
    Decisions decisions_within(RulesetIndex ruleset, std::uint32_t stretch, WorldIndex world, const PacketSet& region);

    WorldIndex index_of(const World& world);
    const World& world(WorldIndex index) const { return worlds_[index]; }

private:
    // False: no packet of the focus can match, whatever the marks.
    bool in_focus(RuleRef rule, WorldIndex world);
    // Of all packets of the focus in the world, as the rules see them.
    const Outline& seen_in(WorldIndex world);
    struct Outlines {
        std::vector<Outline> of;  // each rule
        OutlineIndex index;
    };
    // Of what the rules test, translated or not.
    const Outlines& outlines(RulesetIndex ruleset);
    Decisions listed(RulesetIndex ruleset, const Stretch& stretch, WorldIndex world, const PacketSet& region);
    PacketSet set_of(const std::vector<Match>& matches, WorldIndex world, bool widest);
    std::uint32_t grow(std::vector<Stretch>& tree, const Ruleset& ruleset, std::uint32_t begin, std::uint32_t end);

    const Policy& policy_;
    Space space_;
    PacketSet focus_;
    Nearby nearby_;
    Outline focus_outline_;
    bool focused_;  // the focus is not everything
    std::vector<World> worlds_;
    std::map<World, WorldIndex> world_index_;
    std::vector<std::vector<Stretch>> trees_;
    std::vector<std::vector<bool>> near_;            // by rule: its outline meets the focus; filled when first asked
    std::vector<std::optional<Outlines>> outlines_;  // by ruleset; made when a translated packet first asks
    std::map<WorldIndex, Outline> seen_in_;
    struct Sets {
        PacketSet inner;  // the union of any_of
        PacketSet outer;
    };
    std::unordered_map<std::uint64_t, std::unordered_map<WorldIndex, Sets>> sets_;            // by rule
    std::unordered_map<std::uint64_t, std::unordered_map<WorldIndex, Decisions>> decisions_;  // by stretch
    std::unordered_map<std::uint64_t, std::uint32_t> asked_;                                  // how often, by stretch
};

}  // namespace fwproof
