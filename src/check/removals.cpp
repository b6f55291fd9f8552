// A rule that never matches can go whatever else goes: what it matches is decided by rules before it, or in their
// place. One that decides something can go if those that decide in its place stay. So the former go first, and of the
// latter, in their order, each that needs none of those that go and that none of them needs.
#include "check/removals.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace fwproof {

namespace {

// Statement of the export: a rule stands in several rulesets, and in several parts.
using Place = std::pair<const void*, std::size_t>;

Place place_of(const Policy& policy, RuleRef ref) {
    const Ruleset& ruleset = policy.rulesets[ref.ruleset];
    if (ref.rule >= ruleset.rules.size() || !ruleset.rules[ref.rule].span) return {&ruleset, ref.rule};
    const SourceSpan& span = ruleset.rules[ref.rule].span;
    return {span.source, span.offset};
}

// Whether a removal is what its report offers.
bool can_go(Fault fault) {
    return fault == Fault::unreachable || fault == Fault::duplicate || fault == Fault::behind_catch_all ||
           fault == Fault::redundant;
}

}  // namespace

void settle_removals(const Policy& policy, std::vector<FaultyRule>& faults) {
    std::map<Place, RuleRef> going;        // to one of its rules
    std::map<Place, Place> repetitions;    // to the rule that is repeated
    std::multimap<Place, RuleRef> needed;  // to a rule that goes and needs it
    for (const FaultyRule& faulty : faults) {
        const RuleRef rule = faulty.anomaly.rule;
        if (can_go(faulty.fault) && faulty.substitutes.empty()) going.emplace(place_of(policy, rule), rule);
        if (faulty.fault == Fault::duplicate && !faulty.anomaly.blamed.empty())
            repetitions.emplace(place_of(policy, rule), place_of(policy, faulty.anomaly.blamed[0].rule));
    }
    std::erase_if(faults, [&](const FaultyRule& faulty) {
        const Place own = place_of(policy, faulty.anomaly.rule);
        return faulty.fault == Fault::redundant && !faulty.substitutes.empty() &&
               std::all_of(faulty.substitutes.begin(), faulty.substitutes.end(), [&](RuleRef other) {
                   const auto repeats = repetitions.find(place_of(policy, other));
                   return repeats != repetitions.end() && repeats->second == own;
               });
    });
    for (FaultyRule& faulty : faults) {
        if (faulty.substitutes.empty() || !can_go(faulty.fault)) continue;
        const Place own = place_of(policy, faulty.anomaly.rule);
        std::set<Place> seen;
        for (const RuleRef other : faulty.substitutes) {
            const Place place = place_of(policy, other);
            if (place == own || (going.contains(place) && seen.insert(place).second))
                faulty.not_with.push_back(going.contains(place) ? going.at(place) : other);
        }
        const auto [first, last] = needed.equal_range(own);
        for (auto by = first; by != last; ++by) faulty.not_with.push_back(by->second);
        if (!faulty.not_with.empty()) continue;
        going.emplace(own, faulty.anomaly.rule);
        std::set<Place> places;
        for (const RuleRef other : faulty.substitutes) {
            if (places.insert(place_of(policy, other)).second)
                needed.emplace(place_of(policy, other), faulty.anomaly.rule);
        }
    }
}

}  // namespace fwproof
