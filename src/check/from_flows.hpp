// Findings from judged flows and from what is open beyond them.
#pragma once

#include "check/describe.hpp"

namespace fwproof {

// The flows with that judgement that count, and the alternative groups whose best variant fares so.
void report_flows(const CheckContext& context, const Check& check, Judgement judgement, std::vector<Finding>& findings);

template <Judgement judgement>
void report_flows(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    report_flows(context, check, judgement, findings);
}

// The surplus of that kind.
void report_surplus(const CheckContext& context, const Check& check, SurplusKind kind, std::vector<Finding>& findings);

template <SurplusKind kind>
void report_surplus(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    report_surplus(context, check, kind, findings);
}

}  // namespace fwproof
