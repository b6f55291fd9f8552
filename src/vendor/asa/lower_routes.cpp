// Where packets come in and go out: networks and static routes, default routes that an interface is given, and what
// leaves it open: routing protocols, several routes to one network.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "fwproof/policy/routing.hpp"
#include "vendor/asa/ports.hpp"
#include "vendor/asa/tunnels.hpp"

namespace fwproof::asa {

namespace {

// A device takes a route out of its table while the interface is down.
bool is_idle(const std::unordered_map<std::string_view, const InterfaceBlock*>& blocks, const RouteLine& line) {
    const auto found = blocks.find(line.interface);
    const bool v4 = line.destination.kind != AddressOperand::Kind::prefix;
    return found != blocks.end() && (found->second->shut_down || (v4 && found->second->no_address4));
}

void static_routes(Lowering& lowering) {
    std::unordered_map<std::string_view, const InterfaceBlock*> blocks;
    for (const auto& block : lowering.config.interfaces) {
        if (!block.name.empty()) blocks.emplace(block.name, &block);
    }
    for (const auto& line : lowering.config.routes) {
        if (is_idle(blocks, line)) {
            lowering.note(NoteKind::information,
                          fmt::format("the route is not used: the interface '{}' is down", line.interface), "",
                          line.place);
            continue;
        }
        Route route;
        route.interface = is_null_interface(line.interface) ? "Null0" : line.interface;
        route.span = lowering.span(line.place);
        AddressOperand operand = line.destination;
        if (operand.kind == AddressOperand::Kind::masked_alias) {
            const auto alias = lowering.config.aliases.find(operand.name);
            if (alias == lowering.config.aliases.end() || !alias->second.address) {
                const Doubt doubt = undefined("the name", operand.name);
                lowering.note(doubt.note, doubt.message, doubt.hint, operand.place);
                continue;
            }
            operand.first = *alias->second.address;
        }
        if (operand.first.family == Family::v4) {
            const auto length = netmask_length(static_cast<std::uint32_t>(operand.second));
            if (!length) {
                lowering.note(NoteKind::odd_mask, "a route needs a contiguous mask", "", operand.place);
                continue;
            }
            route.destination = {{Family::v4, operand.first.value & operand.second}, *length};
        } else {
            route.destination = {operand.first, static_cast<std::uint8_t>(operand.second)};
        }
        lowering.policy.routes.push_back(std::move(route));
    }
}

constexpr Prefix kAll4{{Family::v4, 0}, 0};
constexpr Prefix kAll6{{Family::v6, 0}, 0};

void given_routes(Lowering& lowering) {
    for (const auto& block : lowering.config.interfaces) {
        if (block.name.empty() || block.shut_down) continue;
        const std::string name(block.name);
        if (block.default4) lowering.policy.routes.push_back({kAll4, name, lowering.span(block.place)});
        if (block.default6) lowering.policy.routes.push_back({kAll6, name, lowering.span(block.place)});
    }
}

// Default routes by more than one interface.
bool several_lines(const std::vector<Route>& routes) {
    for (const Prefix& all : {kAll4, kAll6}) {
        const auto is_default = [&](const Route& route) { return route.destination == all; };
        const auto first = std::find_if(routes.begin(), routes.end(), is_default);
        const bool several = std::any_of(first, routes.end(), [&](const Route& route) {
            return is_default(route) && route.interface != first->interface;
        });
        if (several) return true;
    }
    return false;
}

// A route that another one stands in for while it is lost, or that shares the packets with it.
void shared_routes(Lowering& lowering) {
    const auto& routes = lowering.policy.routes;
    for (std::size_t i = 0; i < routes.size(); ++i) {
        const auto other =
            std::find_if(routes.begin(), routes.begin() + static_cast<std::ptrdiff_t>(i), [&](const Route& route) {
                return route.destination == routes[i].destination && route.interface != routes[i].interface;
            });
        if (other == routes.begin() + static_cast<std::ptrdiff_t>(i)) continue;
        lowering.policy.assumptions.emplace_back(
            "of several routes to one network, whatever their distance, any may be the one in use");
        if (several_lines(routes)) {
            lowering.policy.assumptions.emplace_back(
                "of several lines to the Internet, each brings what is sent to its own public network");
        }
        return;
    }
}

// Addresses that hosts have inside, where protocols like OSPF tell the ways.
const AddressSet& private_addresses() {
    static const AddressSet kPrivate =
        parse_address_set("10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10 fc00::/7").value();
    return kPrivate;
}

void open_prefixes(Lowering& lowering, const AddressSet& addresses, SourceSpan span) {
    const auto push = [&](Family family, uint128 first, uint128 last) {
        for (const auto& prefix : to_prefixes({family, first}, {family, last})) {
            for (const auto& port : lowering.ports()) lowering.policy.routes.push_back({prefix, port, span});
        }
    };
    for (const auto& one : addresses.v4.intervals()) push(Family::v4, one.first, one.last);
    for (const auto& one : addresses.v6.intervals()) push(Family::v6, one.first, one.last);
}

// Routes that a protocol learns are not in the export. Networks that it names by more than the default route stay where
// they are; the others may be behind every interface. Where packets come from, that is said of private addresses alone,
// unless the protocol brings the routes of the Internet, or nothing else leads there.
void learnt_routes(Lowering& lowering) {
    const Config& config = lowering.config;
    if (config.routing.empty()) return;
    Policy& policy = lowering.policy;
    AddressSet learnt, inside = private_addresses();
    std::vector<std::string> names;
    for (const auto& process : config.routing) {
        AddressSet families;
        if (process.v4) families.v4 = AddressSet::any4().v4;
        if (process.v6) families.v6 = AddressSet::any6().v6;
        learnt = learnt | families;
        if (process.protocol == "bgp") inside = inside | families;
        if (std::find(names.begin(), names.end(), process.protocol) == names.end()) {
            names.emplace_back(process.protocol);
        }
        lowering.note(
            NoteKind::assumed_default,
            fmt::format("'{}' learns routes that the export does not hold", lowering.span(process.place).text()),
            "addresses that only the default route covers may be behind any interface; ask with 'in' and 'out'",
            process.place);
    }
    const SourceSpan span = lowering.span(config.routing.front().place);
    Policy known;
    known.interfaces = policy.interfaces;
    std::copy_if(policy.routes.begin(), policy.routes.end(), std::back_inserter(known.routes),
                 [](const Route& route) { return route.destination.length > 0; });
    for (auto& reach : RoutingTable(known, RoutingTable::Use::from).split(inside & learnt)) {
        if (reach.interfaces.empty()) open_prefixes(lowering, reach.addresses, span);
    }
    for (const auto& port : lowering.ports()) {
        if (!learnt.v4.empty()) policy.routes.push_back({kAll4, port, span, true});
        if (!learnt.v6.empty()) policy.routes.push_back({kAll6, port, span, true});
    }
    policy.assumptions.push_back(
        fmt::format("what {} learns leads to no network that the export names; of the addresses that only the default "
                    "route covers, private ones alone come from behind other interfaces",
                    fmt::join(names, ", ")));
}

// Without a check of the reverse path a packet with any source is taken from every interface.
void where_sources_come_in(Lowering& lowering) {
    const auto& interfaces = lowering.policy.interfaces;
    const bool known =
        std::any_of(interfaces.begin(), interfaces.end(), [](const Interface& i) { return !i.networks.empty(); });
    const bool checked = std::all_of(interfaces.begin(), interfaces.end(),
                                     [](const Interface& i) { return i.checks_source || !i.enabled || !i.transit; });
    if (!known || checked) return;
    lowering.policy.assumptions.emplace_back(
        "packets come in where the networks and routes of the export lead to their source");
}

}  // namespace

void lower_routes(Lowering& lowering) {
    // Those of a transparent firewall are for its own packets.
    if (lowering.config.transparent) return;
    static_routes(lowering);
    given_routes(lowering);
    shared_routes(lowering);
    learnt_routes(lowering);
    lower_tunnel_routes(lowering);
    where_sources_come_in(lowering);
}

AddressSet without_route(const Lowering& lowering) {
    static const AddressSet kRouted =
        AddressSet::any() - parse_address_set("0.0.0.0/8 127.0.0.0/8 224.0.0.0/3 ::/127 fe80::/10 ff00::/8").value();
    const Config& config = lowering.config;
    // A tunnel and a policy may know other ways.
    if (!config.whole || config.cut || config.transparent || config.has_vpn || !config.routing.empty()) return {};
    AddressSet asked;
    for (const auto& interface : lowering.policy.interfaces) {
        for (const auto& network : interface.networks) {
            if (network.address.family == Family::v4) asked.v4 = kRouted.v4;
            if (network.address.family == Family::v6) asked.v6 = kRouted.v6;
        }
    }
    for (const auto& block : config.interfaces) {
        if (block.policy_route || block.damaged) return {};
        if (block.dynamic4) asked.v4 = {};
        if (block.dynamic6) asked.v6 = {};
    }
    if (asked.empty()) return {};
    for (auto& reach : RoutingTable(lowering.policy, RoutingTable::Use::to).split(asked)) {
        if (reach.interfaces.empty()) return std::move(reach.addresses);
    }
    return {};
}

}  // namespace fwproof::asa
