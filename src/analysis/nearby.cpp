#include "fwproof/analysis/nearby.hpp"

#include <algorithm>

#include "analysis/translations.hpp"

namespace fwproof {

namespace {

constexpr std::size_t kMostHulls = 32;  // of more products several are looked at as one

template <class T>
struct Range {
    T first = 1;  // first > last: nothing
    T last = 0;

    bool empty() const { return first > last; }
    bool meets(const Range& other) const {
        return !empty() && !other.empty() && first <= other.last && other.first <= last;
    }
    void cover(const Range& other) {
        if (other.empty()) return;
        const bool none = empty();
        first = none ? other.first : std::min(first, other.first);
        last = none ? other.last : std::max(last, other.last);
    }
};

template <class T>
Range<T> hull(const IntervalSet<T>& set) {
    if (set.empty()) return {};
    return {set.intervals().front().first, set.intervals().back().last};
}

template <class T>
constexpr Range<T> whole() {
    return {IntervalSet<T>::kMin, IntervalSet<T>::kMax};
}

struct Hull {
    Range<std::uint32_t> source_v4, destination_v4;
    Range<uint128> source_v6, destination_v6;
    Range<std::uint8_t> protocol;
    Range<std::uint16_t> port;
    StateSet states = StateSet::from_bits(0);

    void cover(const Hull& other) {
        source_v4.cover(other.source_v4);
        destination_v4.cover(other.destination_v4);
        source_v6.cover(other.source_v6);
        destination_v6.cover(other.destination_v6);
        protocol.cover(other.protocol);
        port.cover(other.port);
        states = states | other.states;
    }
};

Range<std::uint32_t> v4_of(const AddressSetRef& set) { return set ? hull(set->v4) : whole<std::uint32_t>(); }
Range<uint128> v6_of(const AddressSetRef& set) { return set ? hull(set->v6) : whole<uint128>(); }

Hull hull(const Product& product) {
    Hull hull;
    hull.source_v4 = v4_of(product.source);
    hull.source_v6 = v6_of(product.source);
    hull.destination_v4 = v4_of(product.destination);
    hull.destination_v6 = v6_of(product.destination);
    hull.states = product.states;
    if (!product.services) {
        hull.protocol = whole<std::uint8_t>();
        hull.port = whole<std::uint16_t>();
        return hull;
    }
    for (const auto& term : product.services->terms) {
        hull.protocol.cover(fwproof::hull(term.protocols));
        hull.port.cover(fwproof::hull(term.destination_ports));
    }
    return hull;
}

// Looks at one field after the other: most rules are out after the first.
bool meets(const Hull& hull, const Product& header) {
    if ((hull.states & header.states).empty()) return false;
    const bool v4 = hull.destination_v4.meets(v4_of(header.destination)) && hull.source_v4.meets(v4_of(header.source));
    if (!v4 && !(hull.destination_v6.meets(v6_of(header.destination)) && hull.source_v6.meets(v6_of(header.source)))) {
        return false;
    }
    if (!header.services) return !hull.protocol.empty() && !hull.port.empty();
    const auto& terms = header.services->terms;
    return std::any_of(terms.begin(), terms.end(), [&](const ServiceTerm& term) {
        return hull.protocol.meets(fwproof::hull(term.protocols)) &&
               hull.port.meets(fwproof::hull(term.destination_ports));
    });
}

bool does_something(const Rule& rule) { return rule.enabled && !std::holds_alternative<Continue>(rule.action); }

}  // namespace

bool translates(const Policy& policy) {
    return std::any_of(policy.rulesets.begin(), policy.rulesets.end(), [](const Ruleset& ruleset) {
        return std::any_of(ruleset.rules.begin(), ruleset.rules.end(), translation_of);
    });
}

std::vector<bool> rulesets_on(const Policy& policy, const Path& path) {
    std::vector<bool> on(policy.rulesets.size());
    std::vector<RulesetIndex> open;
    const auto reach = [&](RulesetIndex ruleset) {
        if (ruleset >= on.size() || on[ruleset]) return;
        on[ruleset] = true;
        open.push_back(ruleset);
    };
    for (const auto& stage : path.stages) reach(stage.ruleset);
    while (!open.empty()) {
        const auto& rules = policy.rulesets[open.back()].rules;
        open.pop_back();
        for (const auto& rule : rules) {
            if (!rule.enabled) continue;
            if (const auto* jump = std::get_if<Jump>(&rule.action)) reach(jump->to);
            if (const auto* go = std::get_if<Goto>(&rule.action)) reach(go->to);
        }
    }
    return on;
}

Nearby::Nearby(const Policy& policy, const std::vector<const Path*>& paths, const std::vector<Product>& packets) {
    const auto seen = Translations(policy, paths).onwards(packets);
    if (!seen) return;
    everything_ = false;
    rules_.resize(policy.rulesets.size());
    std::vector<Hull> hulls;
    const std::size_t together = seen->size() / kMostHulls + 1;
    for (std::size_t i = 0; i < seen->size(); ++i) {
        const Hull one = hull((*seen)[i]);
        if (i % together == 0) {
            hulls.push_back(one);
        } else {
            hulls.back().cover(one);
        }
    }
    const auto near = [&](const std::vector<Match>& matches) {
        return std::any_of(matches.begin(), matches.end(), [&](const Match& match) {
            return std::any_of(hulls.begin(), hulls.end(), [&](const Hull& hull) { return meets(hull, match.header); });
        });
    };
    for (const Path* path : paths) {
        const auto on = rulesets_on(policy, *path);
        for (RulesetIndex ruleset = 0; ruleset < on.size(); ++ruleset) {
            if (!on[ruleset] || !rules_[ruleset].empty()) continue;
            rules_[ruleset].reserve(policy.rulesets[ruleset].rules.size());
            for (const auto& rule : policy.rulesets[ruleset].rules) {
                rules_[ruleset].push_back(does_something(rule) && (near(rule.match.any_of) || near(rule.match.outer)));
            }
        }
    }
}

}  // namespace fwproof
