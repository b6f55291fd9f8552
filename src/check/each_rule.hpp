// The rules that people wrote.
#pragma once

#include <functional>

#include "fwproof/check/check.hpp"

namespace fwproof {

// Every rule of the filtering rulesets that the device evaluates, each statement once, without those that the device or
// its reader made.
void each_rule(const CheckContext& context, const std::function<void(const Firewall&, RuleRef, const Rule&)>& look);

}  // namespace fwproof
