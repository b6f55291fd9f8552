// Rules that do less than they say.
#pragma once

#include <vector>

#include "check/rule_desk.hpp"
#include "check/rule_study.hpp"

namespace fwproof {

void find_faults(std::size_t firewall, const RuleDesk& desk, std::vector<FaultyRule>& faults);

// One finding for each rule with that fault: place, blamed rules, witness, what to try.
void report_faults(const CheckContext& context, const Check& check, Fault fault, std::vector<Finding>& findings);

template <Fault fault>
void report_faults(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    report_faults(context, check, fault, findings);
}

}  // namespace fwproof
