// Which ways through a device a flow may take, and what is asked there.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cli/answer_impl.hpp"
#include "cli/policies.hpp"
#include "fwproof/analysis/nearby.hpp"
#include "fwproof/base/letters.hpp"
#include "fwproof/base/notation.hpp"

namespace fwproof::cli {

namespace {

// Every interface to the network: there is one, and it is not the loopback of the host.
InterfaceSet to_network() { return {{{"", false}, {"lo", false}}, true}; }

bool can_stand_at(const Product& header, Position position) {
    if (position == Position::inbound) return header.out.contains("");
    if (position == Position::outbound) return header.in.contains("");
    return true;
}

// Whether the stage meets every packet of the family.
bool meets_all(const Product& guard, Family family) {
    Product whole = guard;
    if (!guard.source || *guard.source == AddressSet::any(family)) whole.source = nullptr;
    return whole == Product();
}

// Whether the list denies whatever it meets.
bool denies_all(const Policy& policy, const Path& path, const Stage& stage) {
    const auto denies = [](const Rule& rule) {
        const auto* decide = std::get_if<Decide>(&rule.action);
        return decide && decide->verdict == Verdict::deny;
    };
    const Ruleset& list = policy.rulesets[stage.ruleset];
    bool ends = list.default_verdict == Verdict::deny;
    for (const Rule& rule : list.rules) {
        if (ends) break;
        if (!rule.enabled) continue;
        // Some packets meet the policy without a look at what follows.
        if (std::holds_alternative<Return>(rule.action) || std::holds_alternative<Goto>(rule.action)) return false;
        ends = denies(rule) && rule.match.exact() && rule.match.any_of.size() == 1 && rule.match.any_of[0].is_all();
    }
    if (!ends) return false;
    const auto met = rulesets_on(policy, {path.position, path.variant, {stage}});
    for (RulesetIndex index = 0; index < met.size(); ++index) {
        const auto& rules = policy.rulesets[index].rules;
        const bool all = std::all_of(rules.begin(), rules.end(), [&](const Rule& rule) {
            return !rule.enabled || !std::holds_alternative<Decide>(rule.action) || denies(rule);
        });
        if (met[index] && !all) return false;
    }
    return true;
}

// A host that forwards nothing, whatever else stands on the way.
bool passes_nothing(const Policy& policy, const Path& path) {
    return !policy.families.empty() && std::all_of(policy.families.begin(), policy.families.end(), [&](Family family) {
        return std::any_of(path.stages.begin(), path.stages.end(), [&](const Stage& stage) {
            return meets_all(stage.guard, family) && denies_all(policy, path, stage);
        });
    });
}

bool names_interface(const InterfaceSet& set) { return !set.is_all() && !set.negated; }

}  // namespace

Product at_position(Product header, Position position) {
    if (header.in.is_all()) header.in = position == Position::outbound ? InterfaceSet::none() : to_network();
    if (header.out.is_all()) header.out = position == Position::inbound ? InterfaceSet::none() : to_network();
    const bool flags_given =
        header.services && std::any_of(header.services->terms.begin(), header.services->terms.end(),
                                       [](const ServiceTerm& term) { return !term.tcp_flags.is_all(); });
    if (header.states == StateSet(State::new_) && !flags_given) {
        header.services = first_packets(nullptr, nullptr, header.services).services;
    }
    return header;
}

Product Answerer::Impl::header_on(const Way& way, const Product& header) {
    if (!way.met) return header;
    AddressSet met = header.source ? *header.source & *way.met : *way.met;
    Product narrowed = header;
    if (!met.empty()) narrowed.source = share(std::move(met));
    return narrowed;
}

void Answerer::Impl::close_lists(const std::string& at) {
    const auto count = static_cast<RulesetIndex>(policy.rulesets.size());
    for (RulesetIndex i = 0; i < count; ++i) {
        const Ruleset& list = policy.rulesets[i];
        if (list.default_verdict || !names(list.name, at) || asked_alone.contains(i)) continue;
        asked_alone.insert(i);
        Ruleset copy = list;
        copy.default_verdict = Verdict::unknown;
        policy.rulesets.push_back(std::move(copy));
    }
}

Result<std::vector<Answerer::Impl::Way>> Answerer::Impl::ways(const FlowQuery& flow) const {
    std::vector<Way> all;
    const auto add = [&](const Path& path) {
        if (can_stand_at(flow.header, path.position)) all.push_back({path_name(path), path, true});
    };
    if (!flow.at.empty()) {
        const std::string at = lower_case(flow.at);
        for (const auto& path : policy.paths) {
            AddressSet met;
            bool staged = false;
            for (const auto& stage : path.stages) {
                if (stage.ruleset >= policy.rulesets.size() || !names(policy.rulesets[stage.ruleset].name, flow.at))
                    continue;
                staged = true;
                met = met | (stage.guard.source ? *stage.guard.source : AddressSet::any());
            }
            const bool variant = lower_case(path.variant) == at && means(flow.header, path.position);
            if (!staged && !variant && to_string(path.position) != at) continue;
            const std::size_t before = all.size();
            add(path);
            if (staged && all.size() > before) all.back().met = share(std::move(met));
        }
        if (!all.empty()) return all;
        for (RulesetIndex i = 0; i < policy.rulesets.size(); ++i) {
            if (!names(policy.rulesets[i].name, flow.at) || asked_alone.contains(i)) continue;
            all.push_back({policy.rulesets[i].name, Path{Position::transit, {}, {Stage{i, {}}}}, false});
        }
        if (!all.empty()) return all;
        std::vector<std::string> known;
        for (const auto& ruleset : policy.rulesets) known.push_back(ruleset.name);
        const auto near = did_you_mean(flow.at, known);
        std::string list;
        for (std::size_t i = 0; i < known.size() && i < 12; ++i) list += (i ? ", " : "") + known[i];
        return fail(fmt::format("no chain, list or profile is named '{}'", flow.at),
                    near ? fmt::format("did you mean '{}'?", *near) : fmt::format("there are {}", list));
    }
    for (const auto& path : policy.paths) {
        if (!means(flow.header, path.position)) continue;
        if (!stands_there(flow.header, path.position)) continue;
        add(path);
    }
    return all;
}

bool Answerer::Impl::means(const Product& header, Position position) const {
    const bool in = names_interface(header.in), out = names_interface(header.out);
    // What the reader added to say that the export is silent is no rule of the device.
    const auto is_rule = [](const Rule& rule) {
        const auto* decide = std::get_if<Decide>(&rule.action);
        return !rule.implicit || !decide || decide->verdict != Verdict::unknown;
    };
    const auto has_rules = [&](const Path& path) {
        return std::any_of(path.stages.begin(), path.stages.end(), [&](const Stage& stage) {
            if (stage.ruleset >= policy.rulesets.size()) return true;
            const auto& rules = policy.rulesets[stage.ruleset].rules;
            return std::any_of(rules.begin(), rules.end(), is_rule);
        });
    };
    const Path* inbound = policy.find_path(Position::inbound);
    const Path* transit = policy.find_path(Position::transit);
    if (in && out) return position == Position::transit;
    switch (position) {
        case Position::inbound: return !out;
        case Position::outbound: return !in && (out || !inbound);
        case Position::transit:
            return !transit || !inbound || (has_rules(*transit) && !passes_nothing(policy, *transit));
    }
    return true;
}

bool Answerer::Impl::names(const std::string& ruleset, const std::string& at) {
    const auto blank = ruleset.find(' ');
    return ruleset == at ||
           (blank != std::string::npos && ruleset.substr(0, blank) == "filter" && ruleset.substr(blank + 1) == at);
}

std::optional<Answerer::Impl::OwnEnds> Answerer::Impl::own_ends_of(const Policy& policy) {
    OwnEnds ends;
    for (const auto& interface : policy.interfaces) {
        if (interface.enabled && interface.addresses.empty()) return std::nullopt;
        for (const auto& address : interface.addresses) ends.own = ends.own | AddressSet::of(address);
    }
    if (ends.own.empty() || !policy.find_path(Position::transit) || !policy.find_path(Position::inbound))
        return std::nullopt;
    for (const auto& ruleset : policy.rulesets) {
        for (const auto& rule : ruleset.rules) {
            const auto* translate = std::get_if<Translate>(&rule.action);
            if (!translate) continue;
            const auto& to = translate->destination;
            const bool leads_here = translate->to_this_device || to.address_unknown || to.block ||
                                    (to.address && ends.own.contains(*to.address));
            if (leads_here) return std::nullopt;
        }
    }
    static const AddressSet kToAll = parse_address_set("224.0.0.0/4 255.255.255.255 ff00::/8 fe80::/10").value();
    ends.taken = ends.own | kToAll;
    // An interface without an address of a family may get one while the device runs.
    for (const Family family : {Family::v4, Family::v6}) {
        const bool open = std::any_of(policy.interfaces.begin(), policy.interfaces.end(), [&](const Interface& one) {
            return one.enabled && std::none_of(one.addresses.begin(), one.addresses.end(),
                                               [&](const Address& address) { return address.family == family; });
        });
        if (open) ends.taken = ends.taken | AddressSet::any(family);
    }
    return ends;
}

bool Answerer::Impl::stands_there(const Product& header, Position position) const {
    AddressSet own;
    for (const auto& interface : policy.interfaces) {
        for (const auto& address : interface.addresses) own = own | AddressSet::of(address);
    }
    const bool has_transit = policy.find_path(Position::transit) != nullptr;
    if (own.empty() || !has_transit) return true;
    const bool to_it = header.destination && header.destination->subset_of(own);
    const bool from_it = header.source && header.source->subset_of(own);
    if (to_it) return position == Position::inbound || !policy.find_path(Position::inbound);
    if (from_it) return position == Position::outbound || !policy.find_path(Position::outbound);
    const bool never_to_it = header.destination && (*header.destination & own).empty();
    if (position == Position::inbound) return !never_to_it;
    const bool never_from_it = header.source && (*header.source & own).empty();
    return position != Position::outbound || !never_from_it;
}

std::vector<Product> Answerer::Impl::asked_at(const Product& header, Position position) const {
    Product here = at_position(header, position);
    if (own_ends) {
        AddressSetRef& end = position == Position::outbound ? here.source : here.destination;
        const AddressSet said = end ? *end : AddressSet::any();
        AddressSet there = position == Position::transit ? said - own_ends->own : said & own_ends->taken;
        if (!there.empty()) end = share(std::move(there));  // else it was asked for by name
    }
    if (!router) return {here};
    return router->route(here, header.in.is_all() && position != Position::outbound,
                         header.out.is_all() && position != Position::inbound);
}

std::vector<std::string> Answerer::Impl::ways_of(const Product& header, Position position) const {
    constexpr std::size_t kMost = 4;
    std::vector<std::string> ways;
    const bool in = header.in.is_all() && position != Position::outbound;
    const bool out = header.out.is_all() && position != Position::inbound;
    if (!in && !out) return ways;
    // Interfaces that packets come in by are told together where the same products have them: so no two ways overlap,
    // though several networks may lead the same way.
    const auto asked = asked_at(header, position);
    std::vector<std::pair<std::vector<std::size_t>, std::vector<InterfacePattern>>> coming;
    for (const auto& product : asked) {
        if (product.in.negated || product.out.negated) return {};
        for (const auto& from : product.in.any_of) {
            std::vector<std::size_t> having;
            for (std::size_t i = 0; i < asked.size(); ++i) {
                const auto& all = asked[i].in.any_of;
                if (std::find(all.begin(), all.end(), from) != all.end()) having.push_back(i);
            }
            auto way = std::find_if(coming.begin(), coming.end(), [&](const auto& one) { return one.first == having; });
            if (way == coming.end()) {
                coming.emplace_back(std::move(having), std::vector<InterfacePattern>());
                way = std::prev(coming.end());
            }
            auto& together = way->second;
            if (std::find(together.begin(), together.end(), from) == together.end()) together.push_back(from);
        }
    }
    for (const auto& [having, from] : coming) {
        std::set<InterfacePattern> to;
        for (const std::size_t i : having) to.insert(asked[i].out.any_of.begin(), asked[i].out.any_of.end());
        std::string way;
        if (position != Position::outbound) way = "in " + to_string(InterfaceSet{from, false});
        if (position != Position::inbound)
            way += (way.empty() ? "out " : " out ") + to_string(InterfaceSet{{to.begin(), to.end()}, false});
        ways.push_back(std::move(way));
    }
    return ways.size() > kMost ? std::vector<std::string>() : ways;
}

Product Answerer::Impl::unsaid(const Product& header) {
    Product all;
    all.states = header.states;
    all.in = header.in;
    all.out = header.out;
    return all;
}

PacketSet Answerer::Impl::question(const Product& header, Position position) const {
    return space->from(asked_at(header, position)) & evaluator->occurring();
}

}  // namespace fwproof::cli
