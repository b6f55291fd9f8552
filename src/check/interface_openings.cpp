#include "check/interface_openings.hpp"

#include <algorithm>

namespace fwproof {

namespace {

Interface named(const Policy& policy, const std::string& name) {
    for (const auto& interface : policy.interfaces) {
        if (interface.name == name) return interface;
    }
    Interface unknown;
    unknown.name = name;
    return unknown;
}

// Whether people wrote the list, and bound it: what else a device asks is no list at an interface.
bool is_list(const Ruleset& ruleset) {
    return ruleset.bound &&
           std::any_of(ruleset.rules.begin(), ruleset.rules.end(), [](const Rule& rule) { return !rule.implicit; });
}

// A jump to a list before the rule, for packets from there.
bool has_list(const Policy& policy, const Ruleset& ruleset, std::uint32_t before, const std::string& from) {
    return std::any_of(ruleset.rules.begin(), ruleset.rules.begin() + before, [&](const Rule& rule) {
        const auto* jump = std::get_if<Jump>(&rule.action);
        return jump && is_list(policy.rulesets[jump->to]) &&
               std::any_of(rule.match.any_of.begin(), rule.match.any_of.end(), [&](const Match& match) {
                   const auto& names = match.header.in.any_of;
                   return !match.header.in.negated &&
                          std::any_of(names.begin(), names.end(), [&](const auto& n) { return n.name == from; });
               });
    });
}

}  // namespace

std::vector<InterfaceOpening> interface_openings(const CheckContext& context, std::size_t firewall) {
    std::vector<InterfaceOpening> found;
    const Policy& policy = *context.firewalls()[firewall].policy;
    for (const auto& opening : context.rules().openings()) {
        if (opening.firewall != firewall || opening.by != OpenedBy::implicit) continue;
        if (opening.path->position != Position::transit) continue;
        const Ruleset& ruleset = policy.rulesets[opening.rule.ruleset];
        const Rule& rule = ruleset.rules[opening.rule.rule];
        if (rule.match.any_of.size() != 1) continue;
        const Product& header = rule.match.any_of[0].header;
        if (header.in.negated || header.in.any_of.size() != 1 || header.out.negated) continue;
        InterfaceOpening one;
        one.opening = &opening;
        one.from = named(policy, header.in.any_of[0].name);
        for (const auto& pattern : header.out.any_of) one.to.push_back(named(policy, pattern.name));
        one.listed = has_list(policy, ruleset, opening.rule.rule, one.from.name);
        found.push_back(std::move(one));
    }
    return found;
}

bool is_peer(const Interface& from, const Interface& to) {
    return from.name != to.name && from.security_level && from.security_level == to.security_level;
}

PacketSet packets_to(const CheckContext& context, const InterfaceOpening& opening, const std::vector<std::string>& to) {
    const RuleDesk& desk = context.rules().desk(opening.opening->firewall);
    PacketSet whole = desk.space.empty();
    for (const auto& name : to) {
        Product product;
        product.in = InterfaceSet::of(opening.from.name);
        product.out = InterfaceSet::of(name);
        const PacketSet asked = desk.space.from(product) & desk.first_of(Position::transit);
        const PacketSet passing = asked & opening.opening->packets;
        const bool most = passing.size() * 2 >= asked.size();
        if (most || opening.listed) whole = whole | passing;
    }
    return whole;
}

}  // namespace fwproof
