// Tunnels: by default no list filters what comes out of one (`sysopt connection permit-vpn`), and the filters of group
// policies decide both ways. Which packets of a remote address were in a tunnel no header shows: so that is a
// condition. The peer of a crypto map gets the filter of its tunnel group's policy; of other peers any filter may be
// theirs.
#include "vendor/asa/tunnels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "fwproof/policy/routing.hpp"

namespace fwproof::asa {

namespace {

// Many sets, joined once.
class Joined {
public:
    void add(const AddressSetRef& set) {
        if (!set || seen_.insert(set.get()).second) add(set ? *set : AddressSet::any());
    }
    void add(const AddressSet& set) {
        v4_.insert(v4_.end(), set.v4.intervals().begin(), set.v4.intervals().end());
        v6_.insert(v6_.end(), set.v6.intervals().begin(), set.v6.intervals().end());
    }
    AddressSet take() && { return {IntervalSet<std::uint32_t>(std::move(v4_)), IntervalSet<uint128>(std::move(v6_))}; }

private:
    std::vector<Interval<std::uint32_t>> v4_;
    std::vector<Interval<uint128>> v6_;
    std::set<const AddressSet*> seen_;
};

class Ends {
public:
    explicit Ends(const Lowering& lowering) : lowering_(lowering), config_(lowering.config) {}

    std::vector<TunnelEnd> find() {
        for (const auto& pool : config_.pools) {
            if (!is_of_cluster(pool)) pools_ = pools_ | AddressSet::range(pool.first, pool.last);
        }
        for (const auto& block : config_.interfaces) {
            if (block.name.empty() || block.shut_down || !is_tunnel(block)) continue;
            TunnelEnd& end = at(block.name, block.place);
            end.remote = end.open = AddressSet::any();
        }
        for (const auto& door : config_.vpn_ends) open(door);
        for (const auto& door : config_.web_doors) open(door);
        std::vector<TunnelEnd> found;
        for (auto& [name, end] : ends_) {
            if (!end.remote.empty()) found.push_back(std::move(end));
        }
        return found;
    }

private:
    bool is_of_cluster(const AddressPool& pool) const {
        return std::any_of(config_.interfaces.begin(), config_.interfaces.end(), [&](const InterfaceBlock& block) {
            return std::any_of(block.cluster_pools.begin(), block.cluster_pools.end(),
                               [&](const ClusterPool& named) { return named.name == pool.name; });
        });
    }

    TunnelEnd& at(std::string_view interface, Place place) {
        const auto [found, made] = ends_.try_emplace(std::string(interface));
        if (made) {
            found->second.interface = interface;
            found->second.span = lowering_.span(place);
        }
        return found->second;
    }

    void open(const TunnelDoor& door) {
        const auto block = std::find_if(config_.interfaces.begin(), config_.interfaces.end(),
                                        [&](const InterfaceBlock& one) { return one.name == door.interface; });
        if (block == config_.interfaces.end() || door.interface.empty()) return;
        TunnelEnd& end = at(door.interface, door.place);
        end.remote = end.remote | pools_;
        end.open = end.open | pools_;
        end.routed = end.routed | pools_;
        if (door.map.empty()) return;
        for (const auto& entry : config_.crypto_entries) {
            if (entry.map != door.map) continue;
            take(entry, end);
            if (entry.dynamic.empty()) continue;
            for (const auto& other : config_.crypto_entries) {
                if (other.map == entry.dynamic) take(other, end);
            }
        }
    }

    // The list that filters the tunnels of an entry; empty: none; nothing: the export does not decide it.
    std::optional<std::string_view> filter_of(const CryptoEntry& entry) const {
        if (entry.peers.empty() || config_.maps_peers || config_.cut) return std::nullopt;
        std::optional<std::string_view> filter;
        for (const auto peer : entry.peers) {
            const auto group = config_.tunnel_groups.find(peer);
            if (group == config_.tunnel_groups.end() || !group->second.decided) return std::nullopt;
            const auto one = filter_of(group->second.policy);
            if (!one || filter.value_or(*one) != *one) return std::nullopt;
            filter = one;
        }
        return filter;
    }

    // What a policy does not say it has from the default one, which filters nothing unless that is said.
    std::optional<std::string_view> filter_of(std::string_view policy) const {
        constexpr std::string_view kDefault = "DfltGrpPolicy";
        for (const auto name : {policy.empty() ? kDefault : policy, kDefault}) {
            const auto found = config_.group_policies.find(name);
            if (found == config_.group_policies.end()) {
                if (name == kDefault) break;
                return std::nullopt;
            }
            if (found->second.external) return std::nullopt;
            if (found->second.filter) return *found->second.filter;
        }
        return std::string_view();
    }

    // What the list permits to encrypt goes to the remote side.
    void take(const CryptoEntry& entry, TunnelEnd& end) const {
        Joined remote;
        for (const auto* list : lists_named(config_, entry.list)) {
            const auto at = lowering_.rulesets.find(list);
            if (entry.list.empty() || at == lowering_.rulesets.end()) continue;
            for (const Rule& rule : lowering_.policy.rulesets[at->second].rules) {
                const auto* decide = std::get_if<Decide>(&rule.action);
                if (!rule.enabled || !decide || decide->verdict == Verdict::deny) continue;
                for (const Match& match : rule.match.outer.empty() ? rule.match.any_of : rule.match.outer) {
                    remote.add(match.header.destination);
                }
            }
        }
        const AddressSet behind = std::move(remote).take();
        end.remote = end.remote | behind;
        if (const auto filter = filter_of(entry)) {
            end.known.push_back({behind, *filter});
        } else {
            end.open = end.open | behind;
        }
        if (entry.reverse_route && !(AddressSet::any4() - behind).empty()) end.routed = end.routed | behind;
    }

    const Lowering& lowering_;
    const Config& config_;
    AddressSet pools_;
    std::map<std::string, TunnelEnd> ends_;
};

ServiceSetRef turned(const ServiceSetRef& services) {
    if (!services) return services;
    ServiceSet set = *services;
    for (auto& term : set.terms) std::swap(term.source_ports, term.destination_ports);
    return share(std::move(set));
}

Rule conditional(std::string name, Product product, Verdict verdict, SourceSpan span) {
    Rule rule = implicit_rule(std::move(name), std::move(product), Decide{verdict, ""}, span);
    rule.match.conditional = true;
    rule.match.conditions.push_back({ConditionKind::ipsec, "packet of a tunnel", span});
    return rule;
}

// New packets out of the tunnels of one end (`outward`), or into them.
Product packets(const TunnelEnd& end, AddressSet remote, bool outward) {
    Product product;
    (outward ? product.in : product.out) = InterfaceSet::of(end.interface);
    (outward ? product.source : product.destination) = share(std::move(remote));
    product.states = State::new_;
    return product;
}

// The lists of `vpn-filter`, each as two rulesets that all ends share.
class Filters {
public:
    explicit Filters(Lowering& lowering) : lowering_(lowering) {
        std::set<std::string_view> seen;
        for (const auto& use : lowering.config.list_uses) {
            if (use.what != "vpn-filter" || !seen.insert(use.list).second) continue;
            for (const bool outward : {true, false}) read(use.list, outward);
        }
    }

    bool empty() const { return filters_.empty(); }

    void add(Ruleset& ruleset, const TunnelEnd& end) const {
        for (const auto& filter : filters_) {
            AddressSet remote = end.open;
            for (const auto& known : end.known) {
                if (known.filter == filter.name) remote = remote | known.remote;
            }
            if (remote.empty()) continue;
            Product product = packets(end, std::move(remote), filter.outward);
            ruleset.rules.push_back(filter.list
                                        ? implicit_rule(filter.title, std::move(product), Jump{*filter.list}, end.span)
                                        : conditional(filter.title, std::move(product), Verdict::deny, end.span));
        }
    }

private:
    struct Filter {
        std::string_view name;
        std::string title;
        bool outward = true;
        std::optional<RulesetIndex> list;  // nothing: it is not in the export
    };

    void read(std::string_view name, bool outward) {
        const std::string title = fmt::format("vpn-filter {}", name);
        const std::size_t before = filters_.size();
        for (const auto* list : lists_named(lowering_.config, name)) {
            const auto at = lowering_.rulesets.find(list);
            if (at == lowering_.rulesets.end()) continue;
            Ruleset copy = denials(lowering_.policy.rulesets[at->second], title, outward);
            filters_.push_back({name, title, outward, static_cast<RulesetIndex>(lowering_.policy.rulesets.size())});
            lowering_.policy.rulesets.push_back(std::move(copy));
        }
        if (filters_.size() == before) filters_.push_back({name, title, outward, std::nullopt});
    }

    // What the list does not permit is dropped, if that is the filter of the tunnel. Its sources are the remote side,
    // whichever way the packet goes.
    static Ruleset denials(const Ruleset& list, const std::string& title, bool outward) {
        Ruleset denials;
        denials.name = title + (outward ? ", out of tunnels" : ", into tunnels");
        denials.span = list.span;
        for (Rule rule : list.rules) {
            rule.implicit = true;
            if (!outward) turn(rule);
            const auto* decide = std::get_if<Decide>(&rule.action);
            const bool permits = decide && decide->verdict == Verdict::permit;
            if (decide && !permits) {
                rule.match.conditional = true;
                rule.match.conditions.push_back({ConditionKind::ipsec, "packet of a tunnel", rule.span});
            }
            if (permits) rule.action = Return{};
            denials.rules.push_back(std::move(rule));
        }
        denials.rules.push_back(
            conditional(fmt::format("implicit deny of {}", list.name), {}, Verdict::deny, list.span));
        return denials;
    }

    static void turn(Rule& rule) {
        for (auto* matches : {&rule.match.any_of, &rule.match.outer}) {
            for (Match& match : *matches) {
                std::swap(match.header.source, match.header.destination);
                match.header.services = turned(match.header.services);
            }
        }
    }

    Lowering& lowering_;
    std::vector<Filter> filters_;
};

}  // namespace

std::vector<TunnelEnd> tunnel_ends(const Lowering& lowering) { return Ends(lowering).find(); }

void meet_tunnels(Lowering& lowering, Ruleset& ruleset, bool inward) {
    const auto ends = tunnel_ends(lowering);
    if (ends.empty()) return;
    std::optional<Filters> filters;
    if (inward) filters.emplace(lowering);
    const bool known = std::any_of(ends.begin(), ends.end(), [](const TunnelEnd& end) { return !end.known.empty(); });
    if (filters && known && !filters->empty()) {
        lowering.policy.assumptions.emplace_back(
            "the peer of a crypto map gets the vpn-filter of the tunnel group that is named by its address");
    }
    for (const auto& end : ends) {
        if (filters) filters->add(ruleset, end);
        if (!lowering.config.vpn_bypass) continue;
        ruleset.rules.push_back(
            conditional("packet out of a tunnel", packets(end, end.remote, true), Verdict::permit, end.span));
    }
}

void lower_tunnel_routes(Lowering& lowering) {
    Policy& policy = lowering.policy;
    std::vector<Route> routes;
    const RoutingTable table(policy, RoutingTable::Use::to);
    for (const auto& end : tunnel_ends(lowering)) {
        for (const auto& reach : table.split(end.routed)) {
            const auto& names = reach.interfaces;
            if (std::find(names.begin(), names.end(), end.interface) != names.end()) continue;
            const auto push = [&](Family family, uint128 first, uint128 last) {
                for (const auto& prefix : to_prefixes({family, first}, {family, last})) {
                    routes.push_back({prefix, end.interface, end.span});
                    for (const auto& name : names) routes.push_back({prefix, name, end.span});
                }
            };
            for (const auto& one : reach.addresses.v4.intervals()) push(Family::v4, one.first, one.last);
            for (const auto& one : reach.addresses.v6.intervals()) push(Family::v6, one.first, one.last);
        }
    }
    if (routes.empty()) return;
    policy.routes.insert(policy.routes.end(), routes.begin(), routes.end());
    policy.assumptions.emplace_back(
        "addresses of VPN clients and of reverse routes are where a tunnel ends, or where the routes lead");
}

}  // namespace fwproof::asa
