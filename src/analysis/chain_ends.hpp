// Which packets that enter a ruleset surely meet their end there: what a jump to it takes from the rules behind.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "fwproof/packet/box_set.hpp"
#include "fwproof/policy/policy.hpp"

namespace fwproof {

struct ChainEnd {
    BoxSet taken;             // packets that surely get a verdict, whatever marks and conditions are; at least these
    bool everything = false;  // taken is all there are
    // By verdict, permit and deny: packets that surely get it (at least these), and that possibly do (at most these).
    std::array<BoxSet, 2> surely, possibly;
    bool unclear = false;  // there may be further ends

    // The only verdict that it gives.
    std::optional<Verdict> only() const;
};

// Made when first asked for. Packets do not return from rulesets that are jumped to in circles: those take nothing.
class ChainEnds {
public:
    ChainEnds(const Policy& policy, const Space& space);

    const ChainEnd& of(RulesetIndex ruleset);

private:
    ChainEnd make(const Ruleset& ruleset);

    const Policy& policy_;
    BoxSpace boxes_;
    std::vector<bool> enterable_;
    std::vector<std::optional<ChainEnd>> known_;
    const ChainEnd none_{};
};

}  // namespace fwproof
