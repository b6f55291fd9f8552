// Declared, or the shortest way over the zone pairs that devices separate.
#include "analysis/transit_route.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>

#include "analysis/sides.hpp"

namespace fwproof {

namespace {

bool separates(const Firewall& firewall, const std::string& a, const std::string& b) {
    return std::any_of(firewall.zones.begin(), firewall.zones.end(), [&](const auto& pair) {
        return (pair.first == a && pair.second == b) || (pair.first == b && pair.second == a);
    });
}

// One zone change on the way, and the devices that may be passed there.
struct Hop {
    std::string from, to;
};

// The ways between two zones with the fewest changes; more than one when it is not clear which is taken.
std::vector<std::vector<Hop>> shortest_ways(const Topology& topology, const std::string& from, const std::string& to) {
    constexpr std::size_t kMost = 8;
    std::map<std::string, std::size_t> distance{{from, 0}};
    std::deque<std::vector<Hop>> open{{}};
    std::vector<std::vector<Hop>> found;
    std::size_t steps = 0;
    while (!open.empty() && found.size() < kMost && ++steps < 10'000) {
        const auto way = open.front();
        open.pop_front();
        const std::string& here = way.empty() ? from : way.back().to;
        if (here == to) {
            found.push_back(way);
            continue;
        }
        if (!found.empty() && way.size() >= found[0].size()) continue;
        std::vector<std::string> next;
        for (const auto& firewall : topology.firewalls) {
            if (!firewall.placed || firewall.kind != FirewallKind::transit) continue;
            for (const auto& [a, b] : firewall.zones) {
                if (a == here) next.push_back(b);
                if (b == here) next.push_back(a);
            }
        }
        std::sort(next.begin(), next.end());
        next.erase(std::unique(next.begin(), next.end()), next.end());
        for (const auto& zone : next) {
            const auto [known, fresh] = distance.emplace(zone, way.size() + 1);
            if (!fresh && known->second < way.size() + 1) continue;
            auto longer = way;
            longer.push_back({here, zone});
            open.push_back(std::move(longer));
        }
    }
    return found;
}

std::vector<std::string> zones_of(const Firewall& firewall) {
    std::vector<std::string> zones;
    for (const auto& [a, b] : firewall.zones) zones.insert(zones.end(), {a, b});
    std::sort(zones.begin(), zones.end());
    zones.erase(std::unique(zones.begin(), zones.end()), zones.end());
    return zones;
}

TransitRoute declared_route(const Topology& topology, const SitePath& path, bool backwards, const std::string& from,
                            const std::string& to) {
    TransitRoute route;
    auto via = path.via;
    if (backwards) std::reverse(via.begin(), via.end());
    for (const auto& id : via) {
        for (std::size_t i = 0; i < topology.firewalls.size(); ++i) {
            const auto& firewall = topology.firewalls[i];
            if (firewall.id != id || !firewall.placed) continue;
            route.steps.push_back({i, id == via.front() ? from : "", id == via.back() ? to : "", true});
        }
    }
    // What lies between two devices is left open, unless both name one other zone.
    for (std::size_t i = 0; i + 1 < route.steps.size(); ++i) {
        auto& step = route.steps[i];
        auto& next = route.steps[i + 1];
        auto common = zones_of(topology.firewalls[step.firewall]);
        const auto others = zones_of(topology.firewalls[next.firewall]);
        std::erase_if(common, [&](const std::string& zone) {
            return zone == from || zone == to || std::find(others.begin(), others.end(), zone) == others.end();
        });
        if (common.size() != 1 || step.firewall == next.firewall) continue;
        // Where an export has routes they say which way packets go.
        if (!Router(*topology.firewalls[step.firewall].policy).knows()) step.to_zone = common.front();
        if (!Router(*topology.firewalls[next.firewall].policy).knows()) next.from_zone = common.front();
    }
    return route;
}

}  // namespace

std::string zone_of(const Topology& topology, const Endpoint& end) {
    if (!end.zone.empty()) return end.zone;
    if (end.anywhere) return {};
    for (const auto& zone : topology.zones) {
        if (end.addresses->subset_of(zone.prefixes)) return zone.id;
    }
    return {};
}

TransitRoute transit_route(const Topology& topology, const Requirement& requirement) {
    const std::string from = zone_of(topology, requirement.from);
    const std::string to = zone_of(topology, requirement.to);
    for (const auto& path : topology.paths) {
        if (path.from_zone == from && path.to_zone == to && !from.empty() && !to.empty()) {
            return declared_route(topology, path, false, from, to);
        }
    }
    for (const auto& path : topology.paths) {
        if (path.from_zone == to && path.to_zone == from && !from.empty() && !to.empty()) {
            return declared_route(topology, path, true, from, to);
        }
    }
    TransitRoute route;
    if (!from.empty() && from == to) return route;
    bool zoned = false;
    for (std::size_t i = 0; i < topology.firewalls.size(); ++i) {
        const auto& firewall = topology.firewalls[i];
        if (!firewall.placed || firewall.kind != FirewallKind::transit) continue;
        if (firewall.zones.empty()) {
            route.steps.push_back({i, from, to, false});
        } else {
            zoned = true;
        }
    }
    if (!zoned) return route;
    if (from.empty() || to.empty()) {
        const Endpoint& lost = from.empty() ? requirement.from : requirement.to;
        route.unknown = fmt::format("the site says no zone for {}", lost.host);
        return route;
    }
    const auto ways = shortest_ways(topology, from, to);
    if (ways.size() > 1 && ways[0].size() > 1) {
        route.unknown =
            fmt::format("there are several ways from zone {} to zone {}; declare one with [[path]]", from, to);
        return route;
    }
    if (ways.empty()) {
        if (route.steps.empty()) route.unknown = fmt::format("no firewall joins zone {} to zone {}", from, to);
        return route;
    }
    for (const auto& hop : ways[0]) {
        for (std::size_t i = 0; i < topology.firewalls.size(); ++i) {
            const auto& firewall = topology.firewalls[i];
            if (firewall.placed && firewall.kind == FirewallKind::transit && separates(firewall, hop.from, hop.to)) {
                route.steps.push_back({i, hop.from, hop.to, true});
            }
        }
    }
    return route;
}

}  // namespace fwproof
