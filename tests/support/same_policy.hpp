// Whether two policies say the same, apart from spans, notes and counters, and from the order of what has no order.
#pragma once

#include <algorithm>
#include <string>

#include "fwproof/base/notation.hpp"
#include "fwproof/policy/policy.hpp"

namespace fwproof {

inline bool same_action(const Action& a, const Action& b) {
    if (a.index() != b.index()) return false;
    if (const auto* x = std::get_if<Decide>(&a)) {
        return x->verdict == std::get<Decide>(b).verdict && x->answer == std::get<Decide>(b).answer;
    }
    if (const auto* x = std::get_if<Jump>(&a)) return x->to == std::get<Jump>(b).to;
    if (const auto* x = std::get_if<Goto>(&a)) return x->to == std::get<Goto>(b).to;
    if (const auto* x = std::get_if<SetRegister>(&a)) {
        const auto& y = std::get<SetRegister>(b);
        return x->target == y.target && x->keep == y.keep && x->value == y.value && x->from == y.from &&
               x->mask == y.mask;
    }
    if (const auto* x = std::get_if<Translate>(&a)) {
        const auto& y = std::get<Translate>(b);
        return x->source == y.source && x->destination == y.destination && x->to_this_device == y.to_this_device;
    }
    return true;
}

inline bool same_rule(const Rule& a, const Rule& b) {
    const auto condition = [](const Condition& x, const Condition& y) {
        return x.kind == y.kind && x.value == y.value;
    };
    return a.match.any_of == b.match.any_of && a.match.outer == b.match.outer &&
           a.match.conditional == b.match.conditional &&
           std::equal(a.match.conditions.begin(), a.match.conditions.end(), b.match.conditions.begin(),
                      b.match.conditions.end(), condition) &&
           same_action(a.action, b.action) && a.enabled == b.enabled && a.logs == b.logs && a.implicit == b.implicit &&
           a.name == b.name && a.comment == b.comment;
}

inline bool same_ruleset(const Ruleset& a, const Ruleset& b) {
    return a.name == b.name && a.default_verdict == b.default_verdict && a.bound == b.bound &&
           std::equal(a.rules.begin(), a.rules.end(), b.rules.begin(), b.rules.end(), same_rule);
}

inline bool same_stages(const std::vector<Stage>& a, const std::vector<Stage>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const Stage& x, const Stage& y) { return x.ruleset == y.ruleset && x.guard == y.guard; });
}

inline bool same_path(const Path& a, const Path& b) {
    return a.position == b.position && a.variant == b.variant && same_stages(a.stages, b.stages);
}

inline bool same_policy(const Policy& a, const Policy& b) {
    const auto interface = [](const Interface& x, const Interface& y) {
        return x.name == y.name && x.description == y.description && x.networks == y.networks &&
               x.addresses == y.addresses && x.security_level == y.security_level && x.enabled == y.enabled &&
               x.transit == y.transit && x.bridge == y.bridge;
    };
    const auto diversion = [](const Diversion& x, const Diversion& y) {
        return x.packets == y.packets && x.interfaces == y.interfaces && x.surely == y.surely;
    };
    const auto route = [](const Route& x, const Route& y) {
        return x.destination == y.destination && x.interface == y.interface && x.outward == y.outward;
    };
    const auto object = [](const NamedSet& x, const NamedSet& y) {
        const bool addresses = !x.addresses == !y.addresses && (!x.addresses || *x.addresses == *y.addresses);
        const bool services = !x.services == !y.services && (!x.services || *x.services == *y.services);
        return x.name == y.name && addresses && services && x.used == y.used;
    };
    const auto unordered = [](const auto& x, const auto& y, const auto& same) {
        return std::is_permutation(x.begin(), x.end(), y.begin(), y.end(), same);
    };
    return a.vendor == b.vendor && a.device == b.device && a.version == b.version && a.families == b.families &&
           a.replies == b.replies &&
           std::equal(a.rulesets.begin(), a.rulesets.end(), b.rulesets.begin(), b.rulesets.end(), same_ruleset) &&
           std::equal(a.paths.begin(), a.paths.end(), b.paths.begin(), b.paths.end(), same_path) &&
           same_stages(a.leaving, b.leaving) && unordered(a.interfaces, b.interfaces, interface) &&
           unordered(a.routes, b.routes, route) &&
           std::equal(a.diversions.begin(), a.diversions.end(), b.diversions.begin(), b.diversions.end(), diversion) &&
           unordered(a.objects, b.objects, object) && unordered(a.impossible, b.impossible, std::equal_to<>()) &&
           unordered(a.assumptions, b.assumptions, std::equal_to<>());
}

}  // namespace fwproof
