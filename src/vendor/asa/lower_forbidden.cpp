#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "fwproof/base/service.hpp"
#include "fwproof/policy/routing.hpp"
#include "vendor/asa/old_nat.hpp"

namespace fwproof::asa {

namespace {

class Forbidding {
public:
    Forbidding(Lowering& lowering, const std::vector<Port>& ports, Ruleset& ruleset)
        : lowering_(lowering), config_(lowering.config), ports_(ports), ruleset_(ruleset) {}

    void run() {
        by_interfaces();
        if (config_.multicast_routing && !config_.transparent) by_multicast_routes(*config_.multicast_routing);
        if (config_.transparent) by_bridge_groups();
        by_levels();
        if (config_.nat_control && !lowering_.dialect.real_addresses) lower_nat_control(lowering_, ports_, ruleset_);
        by_reverse_paths();
        by_authentication();
        for (const auto& meddler : config_.meddlers) by(meddler);
    }

private:
    void by_interfaces() {
        for (const auto& interface : config_.interfaces) {
            if (interface.name.empty() || carries_transit(interface)) continue;
            const std::string why = interface.shut_down      ? "interface is shut down"
                                    : is_loopback(interface) ? "interface is a loopback"
                                                             : "interface is for management only";
            Product from, to;
            from.in = InterfaceSet::of(std::string(interface.name));
            to.out = InterfaceSet::of(std::string(interface.name));
            ruleset_.rules.push_back(
                implicit_rule(why, from, Decide{Verdict::deny, ""}, lowering_.span(interface.place)));
            ruleset_.rules.push_back(
                implicit_rule(why, to, Decide{Verdict::deny, ""}, lowering_.span(interface.place)));
        }
        for (const auto& interface : config_.interfaces) {
            if (!interface.name.empty()) by_interface(interface);
        }
        const auto place = dropping_route();
        if (!place) return;
        Product to;
        to.out = InterfaceSet::of("Null0");
        ruleset_.rules.push_back(
            implicit_rule("route to Null0", to, Decide{Verdict::deny, ""}, lowering_.span(*place)));
    }

    // Who listens where is learnt.
    void by_multicast_routes(Place place) {
        Product product;
        product.destination = share(parse_address_set("224.0.0.0/4, ff00::/8").value());
        Rule rule = implicit_rule("multicast-routing", product, Decide{Verdict::unknown, ""}, lowering_.span(place));
        rule.match.conditional = true;
        rule.match.conditions.push_back({ConditionKind::other, "interfaces where somebody listens", rule.span});
        ruleset_.rules.push_back(std::move(rule));
        lowering_.note(NoteKind::unmodelled_condition, "where multicast packets are sent is not in the export", "",
                       place);
    }

    void by_interface(const InterfaceBlock& interface) {
        const InterfaceSet here = InterfaceSet::of(std::string(interface.name));
        if (interface.damaged) {
            Product from, to;
            from.in = to.out = here;
            Rule rule = implicit_rule("interface that is not understood", from, Decide{Verdict::unknown, ""},
                                      lowering_.span(*interface.damaged));
            rule.match.any_of.emplace_back().header = std::move(to);
            rule.match.conditional = true;
            rule.match.conditions.push_back({ConditionKind::syntax, std::string(rule.span.text()), rule.span});
            ruleset_.rules.push_back(std::move(rule));
        }
        for (const auto hardware : interface.no_forward) {
            for (const auto& other : config_.interfaces) {
                if (other.hardware != hardware || other.name.empty()) continue;
                Product product;
                product.in = here;
                product.out = InterfaceSet::of(std::string(other.name));
                ruleset_.rules.push_back(implicit_rule(fmt::format("no forward interface {}", hardware), product,
                                                       Decide{Verdict::deny, ""}, lowering_.span(interface.place)));
            }
        }
    }

    std::optional<Place> dropping_route() const {
        for (const auto& route : config_.routes) {
            if (is_null_interface(route.interface)) return route.place;
        }
        for (const auto& entry : config_.route_maps) {
            for (const auto name : entry.interfaces) {
                if (is_null_interface(name)) return entry.place;
            }
        }
        return std::nullopt;
    }

    // Two interfaces of one level, and one interface with itself, talk only where that is permitted; no list changes
    // it.
    void by_levels() {
        if (config_.product == ProductLine::ftd) return;  // levels mean nothing there
        if (!config_.same_level_between) {
            std::map<int, std::vector<std::string>> levels;
            for (const auto& port : ports_) {
                if (port.carries && port.level) levels[*port.level].push_back(port.name);
            }
            for (const auto& [level, names] : levels) {
                for (const auto& name : names) {
                    if (names.size() < 2) continue;
                    std::vector<std::string> others;
                    std::copy_if(names.begin(), names.end(), std::back_inserter(others),
                                 [&](const auto& other) { return other != name; });
                    Product product;
                    product.in = InterfaceSet::of(name);
                    product.out = interfaces_of(others);
                    ruleset_.rules.push_back(
                        implicit_rule("same security level", product, Decide{Verdict::deny, ""}, {}));
                }
            }
        }
        if (!config_.same_level_within) {
            for (const auto& port : ports_) {
                // What comes in and goes out on a bridge group's own interface does so on two of its members.
                const auto members = bridge_members(config_, port.name);
                if (members.size() > 1 && (config_.same_level_between || !of_one_level(members))) continue;
                Product product;
                product.in = product.out = InterfaceSet::of(port.name);
                ruleset_.rules.push_back(implicit_rule("in and out on one interface", product,
                                                       Decide{Verdict::deny, ""}, lowering_.span(port.place)));
            }
        }
    }

    // A transparent firewall passes nothing from one bridge group to another.
    void by_bridge_groups() {
        std::map<std::string_view, std::vector<std::string>> groups;
        for (const auto& interface : config_.interfaces) {
            if (!interface.name.empty()) groups[interface.bridge_group].emplace_back(interface.name);
        }
        for (const auto& [group, names] : groups) {
            std::vector<std::string> others;
            for (const auto& [other, members] : groups) {
                if (other != group) others.insert(others.end(), members.begin(), members.end());
            }
            if (others.empty()) continue;
            Product product;
            product.in = interfaces_of(names);
            product.out = interfaces_of(others);
            ruleset_.rules.push_back(implicit_rule("another bridge group", product, Decide{Verdict::deny, ""}, {}));
        }
    }

    // `ip verify reverse-path interface X` drops what comes in at X from a source whose route leads elsewhere.
    void by_reverse_paths() {
        if (config_.transparent) return;
        const RoutingTable table(lowering_.policy, RoutingTable::Use::from);
        if (table.empty()) return;
        for (const auto& checked : config_.checked_sources) {
            const auto block = std::find_if(config_.interfaces.begin(), config_.interfaces.end(),
                                            [&](const InterfaceBlock& one) { return one.name == checked.interface; });
            if (block == config_.interfaces.end()) continue;
            AddressSet elsewhere;
            for (const auto& reach : table.split(AddressSet::any())) {
                const auto& names = reach.interfaces;
                // Of addresses without a route the export may not say all.
                if (!names.empty() && std::find(names.begin(), names.end(), checked.interface) == names.end()) {
                    elsewhere = elsewhere | reach.addresses;
                }
            }
            if (elsewhere.empty()) continue;
            Product product;
            product.in = InterfaceSet::of(std::string(checked.interface));
            product.source = share(std::move(elsewhere));
            Rule rule = implicit_rule("source that the routes expect elsewhere", product, Decide{Verdict::deny, ""},
                                      lowering_.span(checked.place));
            if (!config_.routing.empty() || block->dynamic4 || block->dynamic6) {
                rule.match.conditional = true;
                rule.match.conditions.push_back(
                    {ConditionKind::other, "no route to the source that the export does not hold", rule.span});
            }
            ruleset_.rules.push_back(std::move(rule));
        }
    }

    // `aaa authentication match LIST IF SERVER`: what the list permits passes for users who have authenticated.
    void by_authentication() {
        for (const auto& asked : config_.user_rules) {
            Product product;
            const bool known = std::any_of(ports_.begin(), ports_.end(),
                                           [&](const Port& port) { return port.name == asked.interface; });
            if (known) product.in = InterfaceSet::of(std::string(asked.interface));
            product.states = State::new_;
            const SourceSpan span = lowering_.span(asked.place);
            lowering_.note(NoteKind::unmodelled_condition,
                           asked.authorization ? "packets of users who are not authorized are dropped"
                                               : "packets of users who have not authenticated are dropped",
                           "", asked.place);
            bool listed = false;
            for (const auto* list : lists_named(config_, asked.list)) {
                const auto at = lowering_.rulesets.find(list);
                if (asked.list.empty() || at == lowering_.rulesets.end()) continue;
                listed = true;
                Ruleset users = users_of(lowering_.policy.rulesets[at->second], asked);
                const auto index = static_cast<RulesetIndex>(lowering_.policy.rulesets.size());
                lowering_.policy.rulesets.push_back(std::move(users));
                ruleset_.rules.push_back(implicit_rule(rule_name(asked), product, Jump{index}, span));
            }
            if (listed) continue;
            Rule rule = implicit_rule(rule_name(asked), product, Decide{Verdict::deny, ""}, span);
            doubt(rule, asked);
            ruleset_.rules.push_back(std::move(rule));
        }
    }

    static std::string rule_name(const UserRule& asked) {
        return asked.authorization ? "user who has to be authorized" : "user who has to authenticate";
    }

    void doubt(Rule& rule, const UserRule& asked) const {
        rule.match.conditional = true;
        rule.match.conditions.push_back(
            {ConditionKind::user, asked.authorization ? "user who is not authorized" : "user who has not authenticated",
             lowering_.span(asked.place)});
    }

    // What the list permits is denied to such users, what it denies does not concern them.
    Ruleset users_of(const Ruleset& list, const UserRule& asked) const {
        Ruleset users;
        users.name = "users of " + list.name;
        users.span = lowering_.span(asked.place);
        for (Rule rule : list.rules) {
            rule.implicit = true;
            if (const auto* decide = std::get_if<Decide>(&rule.action)) {
                if (decide->verdict == Verdict::deny) rule.action = Return{};
                if (decide->verdict == Verdict::permit) {
                    rule.action = Decide{Verdict::deny, ""};
                    doubt(rule, asked);
                }
            }
            users.rules.push_back(std::move(rule));
        }
        return users;
    }

    void by(const Meddler& meddler) {
        if (meddler.effect == Meddler::Effect::redirects) return;
        Product product;
        if (!meddler.interface.empty()) product.in = InterfaceSet::of(std::string(meddler.interface));
        product.source = lowering_.resolver.addresses(meddler.source, AnyMeaning::both).possibly;
        product.destination = lowering_.resolver.addresses(meddler.destination, AnyMeaning::both).possibly;
        product.states = State::new_;
        if (meddler.ports) {
            product.services = service(meddler.protocol, PortSet::range(meddler.ports->first, meddler.ports->second));
        }
        const bool drops = meddler.effect == Meddler::Effect::drops;
        const SourceSpan span = lowering_.span(meddler.place);
        Rule rule = implicit_rule(std::string(meddler.what), product,
                                  Decide{drops ? Verdict::deny : Verdict::unknown, ""}, span);
        if (meddler.either_way) {
            std::swap(product.source, product.destination);
            std::swap(product.in, product.out);
            rule.match.any_of.emplace_back().header = std::move(product);
        }
        rule.match.conditional = true;
        rule.match.conditions.push_back({ConditionKind::other, std::string(meddler.what), span});
        ruleset_.rules.push_back(std::move(rule));
        lowering_.note(NoteKind::unmodelled_condition,
                       fmt::format("'{}' {}", span.text(),
                                   drops ? "may drop packets that the lists permit"
                                         : "may let packets pass, drop them or change their addresses"),
                       "what it may touch is not decided", meddler.place);
    }

    Lowering& lowering_;
    const Config& config_;
    const std::vector<Port>& ports_;
    Ruleset& ruleset_;
};

}  // namespace

void forbid(Lowering& lowering, const std::vector<Port>& ports, Ruleset& ruleset) {
    Forbidding(lowering, ports, ruleset).run();
}

std::vector<PerhapsOwn> perhaps_own(const Config& config) {
    std::vector<PerhapsOwn> found;
    for (const auto& block : config.interfaces) {
        if (block.name.empty() || block.shut_down) continue;
        AddressSet own, six;
        if (block.dynamic4) own = AddressSet::any4();
        for (const Prefix& network : block.networks) {
            if (network.address.family == Family::v6) six = six | AddressSet::of(network);
        }
        if (block.dynamic6) own = own | (six.empty() ? AddressSet::any6() : six);
        const auto add = [&](AddressSet addresses, std::string_view name, std::string condition) -> Product& {
            found.push_back({&block, {}, name, std::move(condition)});
            found.back().packets.destination = share(std::move(addresses));
            found.back().packets.states = StateSet(State::new_);
            return found.back().packets;
        };
        if (!own.empty()) {
            Product& turned = add(std::move(own), "in and out on one interface",
                                  fmt::format("address of interface {}, assigned at run time", block.name));
            turned.in = turned.out = InterfaceSet::of(std::string(block.name));
        }
        for (const Family family : block.unknown_units) {
            AddressSet units;
            for (const Prefix& network : block.networks) {
                if (network.address.family == family) units = units | AddressSet::of(network);
            }
            if (!units.empty()) {
                add(std::move(units), "address of a unit of the cluster",
                    fmt::format("address of a unit of the cluster at interface {}", block.name));
            }
        }
    }
    return found;
}

bool is_null_interface(std::string_view name) { return name == "Null0" || name == "null0"; }

InterfaceSet interfaces_of(const std::vector<std::string>& names) {
    InterfaceSet set;
    set.negated = false;
    for (const auto& name : names) set.any_of.push_back({name, false});
    return set;
}

bool is_member(const InterfaceBlock& bridge, const InterfaceBlock& interface) {
    return bridge.hardware.starts_with("BVI") && !interface.bridge_group.empty() && !interface.name.empty() &&
           bridge.hardware.substr(3) == interface.bridge_group;
}

InterfaceSet with_members(const Config& config, std::string_view name) {
    InterfaceSet set = InterfaceSet::of(std::string(name));
    for (const auto* member : bridge_members(config, name)) set.any_of.push_back({std::string(member->name), false});
    return set;
}

std::vector<const InterfaceBlock*> bridge_members(const Config& config, std::string_view name) {
    std::vector<const InterfaceBlock*> members;
    for (const auto& bridge : config.interfaces) {
        if (bridge.name != name || name.empty()) continue;
        for (const auto& interface : config.interfaces) {
            if (is_member(bridge, interface)) members.push_back(&interface);
        }
    }
    return members;
}

int level_of(const InterfaceBlock& interface) { return interface.level.value_or(interface.name == "inside" ? 100 : 0); }

bool of_one_level(const std::vector<const InterfaceBlock*>& interfaces) {
    return std::all_of(interfaces.begin(), interfaces.end(), [&](const InterfaceBlock* interface) {
        return level_of(*interface) == level_of(*interfaces.front());
    });
}

}  // namespace fwproof::asa
