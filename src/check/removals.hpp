// Which of the removals that a report offers hold together.
#pragma once

#include "check/rule_study.hpp"

namespace fwproof {

// Each rule was judged as if all others stayed. Whoever removes a rule and the one that decides in its place loses
// both. Fills `not_with`, so that all rules without any may go, in any order; and takes out rules that change nothing
// only because they are repeated, where the repetition is reported.
void settle_removals(const Policy& policy, std::vector<FaultyRule>& faults);

}  // namespace fwproof
