#include "analysis/same_names.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "fwproof/analysis/edits.hpp"

namespace fwproof {

namespace {

constexpr std::size_t kMostRenamed = 50;  // rulesets of one version

bool same_place(const Interface& a, const Interface& b) {
    return a.networks == b.networks && a.addresses == b.addresses;
}

const Interface* only_there(const Policy& policy, const Interface& like) {
    const Interface* found = nullptr;
    for (const auto& interface : policy.interfaces) {
        if (!same_place(interface, like)) continue;
        if (found) return nullptr;
        found = &interface;
    }
    return found;
}

bool has_interface(const Policy& policy, const std::string& name) {
    return std::any_of(policy.interfaces.begin(), policy.interfaces.end(),
                       [&](const Interface& interface) { return interface.name == name; });
}

// Those whose name no other ruleset of either version has.
std::vector<RulesetIndex> alone(const Policy& policy, const Policy& other) {
    std::map<std::string_view, int> names;
    for (const Policy* version : {&policy, &other}) {
        for (const auto& ruleset : version->rulesets) ++names[ruleset.name];
    }
    std::vector<RulesetIndex> found;
    for (RulesetIndex i = 0; i < policy.rulesets.size(); ++i) {
        if (names[policy.rulesets[i].name] == 1) found.push_back(i);
    }
    return found;
}

// The policy as far as comparing rules looks at it.
Policy names_of(const Policy& policy) {
    Policy names;
    for (const auto& ruleset : policy.rulesets) {
        names.rulesets.emplace_back();
        names.rulesets.back().name = ruleset.name;
    }
    return names;
}

bool same_rules(const Policy& before, const Ruleset& was, const Policy& after, const Ruleset& is) {
    if (was.rules.size() != is.rules.size() || was.default_verdict != is.default_verdict || was.bound != is.bound ||
        was.filters != is.filters)
        return false;
    return std::equal(was.rules.begin(), was.rules.end(), is.rules.begin(),
                      [&](const Rule& a, const Rule& b) { return same_rule(before, a, after, b); });
}

}  // namespace

Renames renamed_interfaces(const Policy& before, const Policy& after) {
    Renames renames;
    for (const auto& was : before.interfaces) {
        if (was.name.empty() || was.networks.empty() || has_interface(after, was.name)) continue;
        const Interface* is = only_there(after, was);
        if (!is || is->name.empty() || has_interface(before, is->name) || !only_there(before, was)) continue;
        renames.emplace(was.name, is->name);
    }
    return renames;
}

Renames renamed_rulesets(const Policy& before, const Policy& after) {
    Renames renames;
    std::vector<RulesetIndex> was = alone(before, after), is = alone(after, before);
    if (was.empty() || is.empty() || was.size() > kMostRenamed || is.size() > kMostRenamed) return renames;
    Policy names = names_of(before);
    const Policy others = names_of(after);
    // One that jumps to another is the same once the other is known.
    for (bool found = true; std::exchange(found, false);) {
        const auto same = [&](RulesetIndex a, RulesetIndex b) {
            return same_rules(names, before.rulesets[a], others, after.rulesets[b]);
        };
        for (std::size_t i = was.size(); i-- > 0;) {
            const RulesetIndex a = was[i];
            const auto twin = std::find_if(is.begin(), is.end(), [&](RulesetIndex b) { return same(a, b); });
            if (twin == is.end()) continue;
            const RulesetIndex b = *twin;
            const auto matches = [&](RulesetIndex other) { return same(a, other); };
            const auto claims = [&](RulesetIndex other) { return same(other, b); };
            if (std::count_if(is.begin(), is.end(), matches) > 1 || std::count_if(was.begin(), was.end(), claims) > 1)
                continue;
            renames.emplace(before.rulesets[a].name, after.rulesets[b].name);
            names.rulesets[a].name = after.rulesets[b].name;
            is.erase(twin);
            was.erase(was.begin() + static_cast<std::ptrdiff_t>(i));
            found = true;
        }
    }
    return renames;
}

}  // namespace fwproof
