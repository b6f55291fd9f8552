// Findings from judged flows and from what is open beyond them.
#pragma once

#include "check/describe.hpp"

namespace fwproof {

// The flows with that judgement that count, and the alternative groups whose best variant fares so. Of missing flows
// each check reports those that it says most about (opening-blocked-earlier, missing-endpoint-mapper), and
// missing-opening the rest, also what would be another's if that one does not run.
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
