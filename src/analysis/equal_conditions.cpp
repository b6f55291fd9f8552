#include "analysis/equal_conditions.hpp"

#include <algorithm>
#include <map>
#include <string>

#include "fwproof/analysis/anomaly.hpp"
#include "fwproof/base/letters.hpp"
#include "fwproof/base/notation.hpp"

namespace fwproof {

bool is_lasting(ConditionKind kind) {
    switch (kind) {
        case ConditionKind::program:
        case ConditionKind::service:
        case ConditionKind::package:
        case ConditionKind::user:
        case ConditionKind::ipsec:
        case ConditionKind::fqdn:
        case ConditionKind::time:
        case ConditionKind::payload:
        case ConditionKind::address_keyword:
        case ConditionKind::port_keyword:
        case ConditionKind::interface_type:
        case ConditionKind::platform:
        case ConditionKind::reference: return true;
        case ConditionKind::rate:
        case ConditionKind::memory:
        case ConditionKind::syntax:
        case ConditionKind::other: return false;
    }
    return false;
}

namespace {

// Equal for rules whose conditions hold together; empty: nobody knows.
std::string conditions_text(const Policy& policy, const Rule& rule) {
    if (!rule.enabled || !rule.match.conditional) return {};
    std::vector<std::string> all;
    for (const auto& condition : rule.match.conditions) {
        if (!is_lasting(condition.kind)) return {};
        std::string text(to_string(condition.kind));
        // Windows writes names and paths in any case. Elsewhere the value alone may leave out what the words around it
        // say: a side, a negation.
        text += '\n' + (policy.ordered ? condition.value : lower_case(condition.value));
        if (policy.ordered && condition.kind != ConditionKind::time) {
            if (!condition.span) return {};
            text += '\n';
            text += condition.span.text();
        }
        all.push_back(std::move(text));
    }
    std::sort(all.begin(), all.end());
    std::string text;
    for (const auto& one : all) text += one + "\n\n";
    if (rule.match.outer.empty()) return text;
    // How much of what lies between it matches depends on the conditions too: only the very same match is the same.
    for (const auto* matches : {&rule.match.any_of, &rule.match.outer}) {
        text += "\nmatches\n";
        for (const auto& match : *matches) text += to_exact_string(match.header) + '\n';
    }
    return text;
}

}  // namespace

std::vector<std::uint32_t> number_conditions(const Policy& policy, RulesetIndex ruleset) {
    const auto& rules = policy.rulesets[ruleset].rules;
    struct Group {
        std::uint32_t first = 0;  // rule
        std::uint32_t number = 0;
    };
    std::map<std::string, Group> groups;
    std::vector<std::uint32_t> numbers(rules.size());
    std::uint32_t last = 0;
    for (std::uint32_t i = 0; i < numbers.size(); ++i) {
        std::string text = conditions_text(policy, rules[i]);
        if (text.empty()) continue;
        const auto [place, fresh] = groups.try_emplace(std::move(text), Group{i, 0});
        if (fresh) continue;
        if (place->second.number == 0) numbers[place->second.first] = place->second.number = ++last;
        numbers[i] = place->second.number;
    }
    return numbers;
}

bool same_conditional_match(const Policy& policy, const Rule& a, const Rule& b) {
    const std::string text = conditions_text(policy, a);
    return !text.empty() && text == conditions_text(policy, b) && a.match.any_of == b.match.any_of &&
           a.match.outer == b.match.outer;
}

}  // namespace fwproof
