// Which of the rules that may decide a packet is named for it.
#pragma once

#include <vector>

#include "fwproof/analysis/evaluate.hpp"
#include "fwproof/policy/policy.hpp"

namespace fwproof {

// A packet is permitted once in each stage. The heaviest permit names the rule, and of several the last: a rule that
// somebody wrote to filter, before defaults and what the device does by itself, before what only ends a list that is
// made for something else (translation, marks).
int weight_of_permit(const Policy& policy, const RuleRef& ref);
inline constexpr int kHeaviestPermit = 2;  // the lightest is 0

// The hits of a verdict, for packets that surely have it: of several rules that may decide one, each only if its
// conditions hold, the last does whatever becomes of those before it. Each hit keeps the packets for which it is that
// one, in every stage where it permits, once on the whole path where it denies; `surely`, unless its rule asks for
// marks or translations. In the order of the hits.
std::vector<Hit> final_hits(const Policy& policy, const std::vector<Hit>& hits, Verdict verdict);

}  // namespace fwproof
