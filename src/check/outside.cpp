#include "check/outside.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "check/openings.hpp"
#include "fwproof/packet/packet.hpp"

namespace fwproof {

namespace {

using Patterns = std::set<InterfacePattern>;

bool is_loopback(const InterfacePattern& pattern) { return pattern.name == "lo" && !pattern.prefix; }

InterfaceSet these(const Patterns& patterns) {
    InterfaceSet set = InterfaceSet::of("");
    set.any_of.assign(patterns.begin(), patterns.end());
    return set;
}

void add_names(const InterfaceSet& from, Patterns& to) {
    for (const auto& pattern : from.any_of) {
        if (!pattern.name.empty() && !is_loopback(pattern)) to.insert(pattern);
    }
}

// What a rule behind a jump tests of the interface, together with the jump.
InterfaceSet both(const InterfaceSet& jump, const InterfaceSet& rule) {
    if (rule.is_all() || jump.is_all()) return rule.is_all() ? jump : rule;
    if (!rule.negated) return rule;
    InterfaceSet set = jump;
    if (jump.negated) {
        set.any_of.insert(set.any_of.end(), rule.any_of.begin(), rule.any_of.end());
    } else {
        std::erase_if(set.any_of, [&](const InterfacePattern& p) { return !p.prefix && !rule.contains(p.name); });
    }
    return set;
}

struct Sides {
    Patterns out, in;
};

// Whoever hides own addresses from what is behind an interface has strangers there, unless only for some of their
// addresses; whoever hides them everywhere but there has its own hosts there (-s 172.17.0.0/16 ! -o docker0).
class Translations {
public:
    explicit Translations(const Policy& policy) : policy_(policy) {
        for (const auto& stage : policy.leaving) look_at(stage.ruleset, stage.guard.out, 0);
        for (const auto& pattern : sides_.in) sides_.out.erase(pattern);
    }

    Sides& sides() { return sides_; }

private:
    void look_at(RulesetIndex index, const InterfaceSet& leaving, int depth) {
        constexpr int kDeepest = 16;
        if (depth > kDeepest || !seen_.emplace(index, Patterns(leaving.any_of.begin(), leaving.any_of.end())).second)
            return;
        for (const auto& rule : policy_.rulesets[index].rules) {
            if (!rule.enabled) continue;
            const auto* jump = std::get_if<Jump>(&rule.action);
            const auto* go = std::get_if<Goto>(&rule.action);
            const auto* translate = std::get_if<Translate>(&rule.action);
            if (!jump && !go && !(translate && translate->source.changes_address())) continue;
            for (const auto& match : rule.match.outer.empty() ? rule.match.any_of : rule.match.outer) {
                if (!covers_internet(match.header.destination)) continue;
                const InterfaceSet out = both(leaving, match.header.out);
                if (translate) {
                    add_names(out, out.negated ? sides_.in : sides_.out);
                } else {
                    look_at(jump ? jump->to : go->to, out, depth + 1);
                }
            }
        }
    }

    const Policy& policy_;
    Sides sides_;
    std::set<std::pair<RulesetIndex, Patterns>> seen_;
};

Sides sides_of(const Firewall& firewall, std::span<const Zone> zones) {
    Sides sides;
    for (const auto& [zone_id, names] : firewall.interfaces) {
        const std::string& id = zone_id;  // clang 14 captures no binding
        const auto zone = std::find_if(zones.begin(), zones.end(), [&](const Zone& z) { return z.id == id; });
        if (zone == zones.end()) continue;
        const bool internet = covers_internet(share(zone->prefixes));
        for (const auto& name : names) (internet ? sides.out : sides.in).insert({name, false});
    }
    return sides;
}

Patterns by_default_route(const Policy& policy) {
    Patterns out;
    for (const auto& route : policy.routes) {
        if (route.destination.length == 0 && !route.interface.empty()) out.insert({route.interface, false});
    }
    return out;
}

}  // namespace

std::set<InterfacePattern> interfaces_of_rules(const Policy& policy) {
    Patterns named;
    for (const auto& ruleset : policy.rulesets) {
        for (const auto& rule : ruleset.rules) {
            for (const auto& match : rule.match.any_of) {
                add_names(match.header.in, named);
                add_names(match.header.out, named);
            }
        }
    }
    return named;
}

std::optional<InterfaceSet> lowest_interfaces(const Policy& policy) {
    std::optional<int> lowest, highest;
    for (const auto& interface : policy.interfaces) {
        if (!interface.enabled || !interface.security_level) continue;
        lowest = std::min(lowest.value_or(*interface.security_level), *interface.security_level);
        highest = std::max(highest.value_or(*interface.security_level), *interface.security_level);
    }
    if (!lowest || *lowest == *highest) return std::nullopt;
    InterfaceSet set = InterfaceSet::of("");
    set.any_of.clear();
    for (const auto& interface : policy.interfaces) {
        if (interface.enabled && interface.security_level == lowest) set.any_of.push_back({interface.name, false});
    }
    return set;
}

Outside outside_of(const Firewall& firewall, std::span<const Zone> zones) {
    const Policy& policy = *firewall.policy;
    const Sides site = sides_of(firewall, zones);
    if (!site.out.empty()) return {these(site.out), true};
    if (auto lowest = lowest_interfaces(policy)) return {std::move(*lowest), true};
    const InterfacePattern unnamed{kOtherInterface + "outside", false};
    Sides translated = Translations(policy).sides();
    for (const auto& pattern : site.in) translated.out.erase(pattern);
    if (!translated.out.empty()) return {these(translated.out), true, {unnamed}};
    if (const Patterns routed = by_default_route(policy); !routed.empty()) return {these(routed), true, {unnamed}};
    Patterns named = interfaces_of_rules(policy);
    for (const Patterns* inside : {&site.in, static_cast<const Patterns*>(&translated.in)}) {
        for (const auto& pattern : *inside) named.erase(pattern);
    }
    Outside outside;
    outside.interfaces = InterfaceSet::of(unnamed.name);
    if (named.size() == 1) {
        outside.interfaces.any_of.push_back(*named.begin());
    } else {
        outside.doubtful.assign(named.begin(), named.end());
    }
    return outside;
}

bool meets(const InterfaceSet& set, const InterfacePattern& pattern) {
    if (!pattern.prefix) return set.contains(pattern.name);
    // A name that nothing else tells from others that begin so.
    if (set.contains(pattern.name + kOtherInterface)) return true;
    return !set.negated && std::any_of(set.any_of.begin(), set.any_of.end(),
                                       [&](const InterfacePattern& one) { return one.name.starts_with(pattern.name); });
}

bool meets(const InterfaceSet& set, const std::vector<InterfacePattern>& patterns) {
    return std::any_of(patterns.begin(), patterns.end(), [&](const auto& pattern) { return meets(set, pattern); });
}

}  // namespace fwproof
