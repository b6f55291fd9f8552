#include "vendor/asa/leaving_by.hpp"

#include <algorithm>

namespace fwproof::asa {

namespace {

void settle(std::vector<Match>& matches, const std::string& out) {
    std::erase_if(matches, [&](const Match& match) { return !match.header.out.contains(out); });
    for (Match& match : matches) match.header.out = InterfaceSet();
}

// False: the rule is for other interfaces.
bool settle(Rule& rule, const std::string& out) {
    settle(rule.match.any_of, out);
    settle(rule.match.outer, out);
    return !rule.match.any_of.empty() || !rule.match.outer.empty();
}

}  // namespace

bool LeavingBy::tests_out(RulesetIndex index) {
    if (const auto known = tests_.find(index); known != tests_.end()) return known->second;
    tests_[index] = false;
    const auto narrow = [](const Match& match) { return !match.header.out.is_all(); };
    const auto& rules = policy_.rulesets[index].rules;
    return tests_[index] = std::any_of(rules.begin(), rules.end(), [&](const Rule& rule) {
               const auto* jump = std::get_if<Jump>(&rule.action);
               return std::any_of(rule.match.any_of.begin(), rule.match.any_of.end(), narrow) ||
                      std::any_of(rule.match.outer.begin(), rule.match.outer.end(), narrow) ||
                      (jump && tests_out(jump->to));
           });
}

RulesetIndex LeavingBy::of(RulesetIndex index, const std::string& out) {
    if (!tests_out(index)) return index;
    const auto [known, fresh] = made_.try_emplace({index, out}, index);
    if (!fresh) return known->second;
    Ruleset copy = policy_.rulesets[index];
    copy.name += " to " + out;
    copy.bound = false;  // a second look at the same rules
    copy.used_by = "port forward";
    std::erase_if(copy.rules, [&](Rule& rule) { return !settle(rule, out); });
    for (Rule& rule : copy.rules) {
        if (auto* jump = std::get_if<Jump>(&rule.action)) jump->to = of(jump->to, out);
    }
    policy_.rulesets.push_back(std::move(copy));
    return known->second = static_cast<RulesetIndex>(policy_.rulesets.size() - 1);
}

}  // namespace fwproof::asa
