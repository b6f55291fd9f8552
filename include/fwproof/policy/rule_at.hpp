// What a reference into a policy names.
#pragma once

#include "fwproof/policy/policy.hpp"

namespace fwproof {

// Null: the default of a ruleset, or nothing that the policy has.
const Rule* rule_at(const Policy& policy, const RuleRef& ref);
// Of the rule, or of the default; empty where that is not written.
SourceSpan rule_span(const Policy& policy, const RuleRef& ref);

}  // namespace fwproof
