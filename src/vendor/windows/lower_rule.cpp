// A condition list is a union: each of its keywords is an alternative of its own, all numbers together are another. A
// rule is the product of its lists.
#include <fmt/format.h>

#include <algorithm>

#include "vendor/windows/lower.hpp"
#include "vendor/windows/values.hpp"
#include "vendor/windows/words.hpp"

namespace fwproof::windows {

namespace {

struct PortKeyword {
    std::string_view word;
    PortSet usual, widest;
};

const std::vector<PortKeyword>& port_keywords() {
    static const std::vector<PortKeyword> kKeywords = {
#define FWPROOF_PORT_KEYWORD(word, first, last, widest_first, widest_last) \
    {word, PortSet::range(first, last), PortSet::range(widest_first, widest_last)},
#include "vendor/windows/port_keywords.def"
#undef FWPROOF_PORT_KEYWORD
    };
    return kKeywords;
}

// One way for a list to match.
template <class Set>
struct Alternative {
    Set usual;   // what it matches, if its condition holds
    Set widest;  // contains `usual`
    std::optional<Condition> condition;
};
using PortAlternatives = std::vector<Alternative<PortSet>>;
using AddressAlternatives = std::vector<Alternative<AddressSet>>;

constexpr std::size_t kMostParts = 64;

template <class Set>
void add_alternative(std::vector<Alternative<Set>>& list, Set usual, Set widest, ConditionKind kind,
                     const Keyword& keyword) {
    for (auto& known : list) {
        if (!known.condition || !same_word(known.condition->value, keyword.name)) continue;
        known.usual = known.usual | usual;
        known.widest = known.widest | widest;
        return;
    }
    list.push_back({std::move(usual), std::move(widest), Condition{kind, keyword.name, keyword.span}});
}

// What the user says that a word means; null when nothing is said.
template <class Set>
const Set* said(const std::map<std::string, Set>& meanings, std::string_view word) {
    for (const auto& [name, set] : meanings) {
        if (same_word(name, word)) return &set;
    }
    return nullptr;
}

PortAlternatives alternatives(const PortList& list, const LoadOptions& options) {
    if (!list.given) return {{PortSet::all(), PortSet::all(), {}}};
    PortAlternatives result;
    PortSet ports(list.ports);
    for (const Keyword& keyword : list.keywords) {
        if (const PortSet* meaning = said(options.port_keywords, keyword.name)) ports = ports | *meaning;
    }
    if (!ports.empty()) result.push_back({ports, ports, {}});
    const Keyword* unknown = nullptr;
    for (const Keyword& keyword : list.keywords) {
        if (said(options.port_keywords, keyword.name)) continue;
        const auto& known = port_keywords();
        const auto found =
            std::find_if(known.begin(), known.end(), [&](const auto& k) { return same_word(k.word, keyword.name); });
        if (found != known.end()) {
            add_alternative(result, found->usual, found->widest, ConditionKind::port_keyword, keyword);
        } else if (!unknown) {  // one of them stands for all: each may be any port
            unknown = &keyword;
            add_alternative(result, PortSet::all(), PortSet::all(), ConditionKind::port_keyword, keyword);
        }
    }
    return result;
}

// The networks on the host's links. Every one of them also carries multicast, and IPv6 its link-local addresses, which
// the user is not asked for: these stay conditional.
bool resolve_local_subnet(Family family, const std::vector<Prefix>& subnets, AddressSet& numbers) {
    bool any = false;
    for (const Prefix& prefix : subnets) {
        if (prefix.address.family != family) continue;
        any = true;
        numbers = numbers | AddressSet::of(prefix);
    }
    if (any && family == Family::v4) numbers = numbers | AddressSet::of(*parse_prefix("224.0.0.0/4"));
    return any;
}

AddressAlternatives alternatives(const AddressList& list, const LoadOptions& options) {
    if (!list.given) return {{AddressSet::any(), AddressSet::any(), {}}};
    AddressSet numbers{IntervalSet<std::uint32_t>(list.v4), IntervalSet<uint128>(list.v6)};
    AddressAlternatives keywords;
    bool unknown = false;
    for (const Keyword& keyword : list.keywords) {
        AddressSet possible = AddressSet::any(keyword.family);
        if (const AddressSet* meaning = said(options.address_keywords, keyword.name)) {
            numbers = numbers | (*meaning & possible);
            continue;
        }
        if (same_word(keyword.name, "LocalSubnet")) {
            if (resolve_local_subnet(keyword.family, options.local_subnets, numbers)) {
                if (keyword.family == Family::v4) continue;
                possible = AddressSet::of(*parse_prefix("fe80::/10")) | AddressSet::of(*parse_prefix("ff00::/8"));
            }
        }
        if (!is_address_keyword(keyword.name)) {  // one of them stands for all: each may be any address of any family
            if (std::exchange(unknown, true)) continue;
            possible = AddressSet::any();
        }
        add_alternative(keywords, possible, possible, ConditionKind::address_keyword, keyword);
    }
    if (!numbers.empty()) keywords.insert(keywords.begin(), {numbers, numbers, {}});
    return keywords;
}

// One alternative in place of many, where their product would be large.
template <class Set>
void collapse(std::vector<Alternative<Set>>& list) {
    if (list.size() < 2) return;
    Alternative<Set> one{list[0].usual, list[0].widest, Condition{ConditionKind::other, "", {}}};
    for (const auto& alternative : list) {
        one.usual = one.usual | alternative.usual;
        one.widest = one.widest | alternative.widest;
        if (!alternative.condition) continue;
        if (one.condition->value.empty())
            *one.condition = *alternative.condition;
        else
            one.condition->value += fmt::format(", {}", alternative.condition->value);
    }
    if (one.condition->value.empty()) {
        one.condition.reset();
    } else if (one.condition->kind == ConditionKind::port_keyword) {
        one.condition->kind = ConditionKind::other;  // it stands for plain ports too now
    }
    list.assign(1, std::move(one));
}

AddressSetRef reference(const AddressSet& set) { return set.is_all() ? nullptr : share(set); }

ServiceSetRef services(const FirewallRule& rule, const PortSet& source, const PortSet& destination) {
    ServiceTerm term;
    if (rule.protocol) {
        term.protocols = ProtocolSet::of(*rule.protocol);
    } else if (rule.local_ports.given || rule.remote_ports.given) {
        term.protocols = ProtocolSet::of(kTcp) | ProtocolSet::of(kUdp);
    }
    term.source_ports = source;
    term.destination_ports = destination;
    if (rule.icmp) term.icmp = *rule.icmp;
    if (term.is_all()) return nullptr;
    return share({{term}});
}

Verdict verdict_of(Action action) {
    switch (action) {
        case Action::allow:
        case Action::bypass: return Verdict::permit;
        case Action::block: return Verdict::deny;
        case Action::unreadable: return Verdict::unknown;
    }
    return Verdict::unknown;
}

}  // namespace

std::vector<Rule> lower_rule(const FirewallRule& rule, bool inbound, const LoadOptions& options) {
    Rule common;
    common.action = Decide{verdict_of(rule.action), {}};
    common.name = rule.id;
    common.comment = rule.name;
    common.span = rule.span;
    if (rule.edge_traversal && inbound) common.traits.add(Trait::edge_traversal);
    if (rule.action == Action::bypass || rule.overrides_blocks) common.traits.add(Trait::overrides_blocks);
    if (rule.tuples_only) {
        common.match.any_of.clear();
        return {common};
    }
    // What cannot be read may be an allow rule.
    const bool any_remote = rule.loose_remote && (rule.action == Action::allow || rule.action == Action::unreadable);
    if (any_remote && (rule.remote.given || rule.remote_ports.given)) common.traits.add(Trait::ignores_remote_ends);
    auto local_ports = alternatives(rule.local_ports, options);
    auto remote_ports = alternatives(any_remote ? PortList{} : rule.remote_ports, options);
    auto local = alternatives(rule.local, options);  // keywords there are none that Windows knows
    auto remote = alternatives(any_remote ? AddressList{} : rule.remote, options);
    // A list that nothing is left of matches nothing; it never becomes any.
    if (local_ports.empty() || remote_ports.empty() || local.empty() || remote.empty()) {
        common.match.any_of.clear();
        return {common};
    }
    if (local_ports.size() * remote_ports.size() * local.size() * remote.size() > kMostParts) {
        collapse(local_ports);
        collapse(remote_ports);
        collapse(local);
        collapse(remote);
    }
    std::vector<Rule> parts;
    for (const auto& lp : local_ports) {
        for (const auto& rp : remote_ports) {
            for (const auto& la : local) {
                for (const auto& ra : remote) {
                    const auto product = [&](const PortSet& lports, const PortSet& rports, const AddressSet& laddr,
                                             const AddressSet& raddr) {
                        Match match;
                        match.header.source = reference(inbound ? raddr : laddr);
                        match.header.destination = reference(inbound ? laddr : raddr);
                        match.header.services =
                            inbound ? services(rule, rports, lports) : services(rule, lports, rports);
                        return match;
                    };
                    Rule part = common;
                    part.match.any_of = {product(lp.usual, rp.usual, la.usual, ra.usual)};
                    if (lp.usual != lp.widest || rp.usual != rp.widest) {
                        part.match.outer = {product(lp.widest, rp.widest, la.widest, ra.widest)};
                    }
                    part.match.conditions = rule.conditions;
                    if (lp.condition) part.match.conditions.push_back(*lp.condition);
                    if (rp.condition) part.match.conditions.push_back(*rp.condition);
                    if (la.condition) part.match.conditions.push_back(*la.condition);
                    if (ra.condition) part.match.conditions.push_back(*ra.condition);
                    part.match.conditional = !part.match.conditions.empty();
                    parts.push_back(std::move(part));
                }
            }
        }
    }
    return parts;
}

}  // namespace fwproof::windows
