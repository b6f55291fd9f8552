// What differs between two outcomes, and which rules decide it.
#pragma once

#include <optional>
#include <vector>

#include "fwproof/analysis/compare.hpp"
#include "fwproof/analysis/evaluate.hpp"

namespace fwproof {

// Packets that one rule decides; nothing: no rule that could be named.
struct DecidedPart {
    std::optional<DecidingRule> by;
    PacketSet packets;
};

// Gives every packet of the region, all of which have the verdict, one decider. Of what is not known that is, where
// there is one, the first rule that may decide otherwise than the other version did. Throws OutOfBudget.
std::vector<DecidedPart> deciders(const Evaluator& evaluator, const Path& path, const PacketSet& region,
                                  Verdict verdict, Verdict other);

// The packets whose verdict differs, by direction, without their deciders.
std::vector<Difference> differing_verdicts(const Outcome& was, const Outcome& is);

}  // namespace fwproof
