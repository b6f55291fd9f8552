// Findings from judged flows and from what is open beyond them.
#pragma once

#include "check/describe.hpp"

namespace fwproof {

// The flows with that judgement that count, and the alternative groups whose best variant fares so.
void report_flows(const CheckContext& context, const Check& check, Judgement judgement, std::vector<Finding>& findings);

// The surplus of that kind. `verb` stands between the region and the reason.
void report_surplus(const CheckContext& context, const Check& check, SurplusKind kind, std::vector<Finding>& findings);

}  // namespace fwproof
