// Prefixes nest or are disjoint: one walk over them in ascending order, with those that are open on a stack, finds the
// longest one of every address.
#include "fwproof/policy/routing.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace fwproof {

namespace {

struct Network {
    Prefix prefix;
    bool connected = false;
    std::vector<std::string> interfaces;
};

// One for each prefix: a connected network wins over routes, routes share.
std::vector<Network> networks_of(const Policy& policy, RoutingTable::Use use) {
    const bool transit = use != RoutingTable::Use::own;
    const auto is_left_out = [&](const std::string& name) {
        return std::any_of(policy.interfaces.begin(), policy.interfaces.end(), [&](const Interface& interface) {
            return interface.name == name && transit && !interface.transit;
        });
    };
    std::vector<Network> all;
    for (const auto& interface : policy.interfaces) {
        if (!interface.enabled || (transit && !interface.transit)) continue;
        for (const auto& network : interface.networks) all.push_back({network, true, {interface.name}});
    }
    for (const auto& route : policy.routes) {
        if (route.outward && use == RoutingTable::Use::from) continue;
        if (!is_left_out(route.interface)) all.push_back({route.destination, false, {route.interface}});
    }
    const auto key = [](const Network& network) {
        return std::tuple(network.prefix.address.family, network.prefix.first().value, network.prefix.length);
    };
    std::stable_sort(all.begin(), all.end(), [&](const Network& a, const Network& b) {
        return key(a) != key(b) ? key(a) < key(b) : a.connected > b.connected;
    });
    std::vector<Network> networks;
    for (auto& network : all) {
        if (networks.empty() || key(networks.back()) != key(network)) {
            networks.push_back(std::move(network));
        } else if (networks.back().connected == network.connected) {
            networks.back().interfaces.push_back(std::move(network.interfaces.front()));
        }
    }
    for (auto& network : networks) {
        auto& names = network.interfaces;
        std::sort(names.begin(), names.end());
        names.erase(std::unique(names.begin(), names.end()), names.end());
    }
    return networks;
}

struct Intervals {
    std::vector<Interval<std::uint32_t>> v4;
    std::vector<Interval<uint128>> v6;

    void add(Family family, uint128 first, uint128 last) {
        if (family == Family::v4) {
            v4.push_back({static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(last)});
        } else {
            v6.push_back({first, last});
        }
    }
};

}  // namespace

RoutingTable::RoutingTable(const Policy& policy, Use use) {
    std::map<std::vector<std::string>, Intervals> found;
    const auto networks = networks_of(policy, use);
    for (const Family family : {Family::v4, Family::v6}) {
        std::vector<const Network*> open;
        uint128 next = 0;  // first address that is not assigned yet
        bool done = false;
        const auto close = [&] {
            const Network& network = *open.back();
            const uint128 last = network.prefix.last().value;
            if (!done && next <= last) found[network.interfaces].add(family, next, last);
            done = done || last == (family == Family::v4 ? uint128{0xffffffff} : ~uint128{0});
            next = std::max(next, last + 1);
            open.pop_back();
        };

        for (const auto& network : networks) {
            if (network.prefix.address.family != family) continue;
            const uint128 first = network.prefix.first().value;
            while (!open.empty() && open.back()->prefix.last().value < first) close();
            if (!open.empty() && next < first) found[open.back()->interfaces].add(family, next, first - 1);
            next = first;
            open.push_back(&network);
        }
        while (!open.empty()) close();
    }
    for (auto& [interfaces, intervals] : found) {
        AddressSet addresses{IntervalSet<std::uint32_t>(std::move(intervals.v4)),
                             IntervalSet<uint128>(std::move(intervals.v6))};
        reaches_.push_back({std::move(addresses), interfaces});
    }
}

std::vector<Reach> RoutingTable::split(const AddressSet& addresses) const {
    std::vector<Reach> parts;
    AddressSet left = addresses;
    for (const auto& reach : reaches_) {
        AddressSet here = addresses & reach.addresses;
        if (here.empty()) continue;
        left = left - here;
        parts.push_back({std::move(here), reach.interfaces});
    }
    if (!left.empty()) parts.push_back({std::move(left), {}});
    return parts;
}

}  // namespace fwproof
