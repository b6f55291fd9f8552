// Rules of hosts whose firewall knows no order (Windows), each once, with the profiles that hold it.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "fwproof/check/check.hpp"

namespace fwproof {

struct WindowsRule {
    const Firewall& firewall;
    RuleRef ref;  // in the first of its profiles
    const Rule& rule;
    std::vector<std::string> profiles;

    const Condition* condition(ConditionKind kind) const;  // null: it has none of that kind
    bool in_profile(std::string_view profile) const;
};

// Inbound rules that permit and are switched on, in the order of the export's rulesets. A statement of several parts
// (one for each keyword that it lists) is looked at part by part until `look` returns true.
void each_inbound_allow(const CheckContext& context, const std::function<bool(const WindowsRule&)>& look);

// A finding for each of them that has the trait: its name and `what`, and its profiles.
void report_trait(const CheckContext& context, const Check& check, Trait trait, std::string_view what,
                  std::vector<Finding>& findings);

}  // namespace fwproof
