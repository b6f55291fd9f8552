// Who listens for a required service, and so which of the conditions of Windows rules hold for it.
#pragma once

#include "fwproof/analysis/evaluate.hpp"
#include "fwproof/catalog/requirement.hpp"
#include "fwproof/policy/policy.hpp"

namespace fwproof {

// What the requirement lets rules assume: the programs and services that listen for it, its port keywords. Only on the
// way into the listener's host is a condition known to hold or to fail; elsewhere it is about somebody else.
Assumption assumption_for(const Requirement& requirement, Position position);

// What is believed of all conditions of a rule together. It may name a program and a service of it: where one of the
// two is the listener's, the other may be a name of the same that nobody mentioned.
Belief all_hold(const std::vector<Condition>& conditions, const Assumption& assumption);

// Whether a rule is one for who listens for the requirement, by its conditions on programs, services, packages and the
// ports of listeners: fails where one of them does, open where nobody confirms one. Holds without such conditions.
Belief is_for_listener(const RuleMatch& match, const Requirement& requirement, Position position);

}  // namespace fwproof
