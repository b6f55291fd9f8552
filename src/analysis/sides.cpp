#include "analysis/sides.hpp"

#include <algorithm>
#include <set>

#include "analysis/diversion.hpp"
#include "analysis/interface_names.hpp"
#include "fwproof/analysis/ways.hpp"

namespace fwproof {

const AddressSet& computer_addresses() {
    static const AddressSet kComputers =
        AddressSet::any() - parse_address_set("0.0.0.0/8 127.0.0.0/8 224.0.0.0/3 ::/127 ff00::/8").value();
    return kComputers;
}

InterfaceSet open_interfaces(const Policy& policy, bool transit) {
    InterfaceSet open;
    open.negated = false;
    for (const auto& interface : policy.interfaces) {
        if (interface.enabled && (interface.transit || !transit) && !interface.name.empty() && interface.name != "lo") {
            open.any_of.push_back({interface.name, false});
        }
    }
    if (open.any_of.empty()) open = {{{"", false}, {"lo", false}}, true};
    return open;
}

namespace {

// Addresses that reach the device, or leave it, through the same interfaces.
struct Side {
    AddressSet addresses;
    InterfaceSet interfaces;
    std::vector<std::string> names;  // ascending, any of them; empty where it is not known which
};

InterfaceSet set_of(const std::vector<std::string>& names) {
    InterfaceSet set{{}, false};
    for (const auto& name : names) set.any_of.push_back({name, false});
    return set;
}

Side side_of(AddressSet addresses, std::vector<std::string> names) {
    std::sort(names.begin(), names.end());
    InterfaceSet interfaces = set_of(names);
    return {std::move(addresses), std::move(interfaces), std::move(names)};
}

std::vector<Side> split(const RoutingTable& table, const Policy& policy, bool transit, const AddressSet& addresses) {
    std::vector<Side> sides;
    for (auto& reach : table.split(addresses)) {
        if (reach.interfaces.empty()) {
            sides.push_back({std::move(reach.addresses), open_interfaces(policy, transit), {}});
        } else {
            sides.push_back(side_of(std::move(reach.addresses), std::move(reach.interfaces)));
        }
    }
    return sides;
}

// Names one by one, where the set is a list of them.
std::vector<std::string> listed(const InterfaceSet& set) {
    std::vector<std::string> names;
    for (const auto& pattern : set.any_of) {
        if (set.negated || pattern.prefix) return {};
        names.push_back(pattern.name);
    }
    return names;
}

// Packets that cross the device, and those that would leave where they came in.
struct Crossings {
    std::vector<Product> across, back;

    void add(const Product& header, const Side& source, const Side& destination) {
        Product product = header;
        product.source = share(source.addresses);
        product.destination = share(destination.addresses);
        product.in = source.interfaces;
        product.out = destination.interfaces;
        const auto& from = source.names;
        const auto& to = destination.names;
        if (!from.empty() && from == to) {
            back.push_back(std::move(product));
            return;
        }
        const bool apart =
            from.empty() || to.empty() || std::none_of(from.begin(), from.end(), [&](const std::string& name) {
                return std::find(to.begin(), to.end(), name) != to.end();
            });
        if (apart) {
            across.push_back(std::move(product));
            return;
        }
        for (const auto& name : from) {
            std::vector<std::string> others = to;
            std::erase(others, name);
            product.in = InterfaceSet::of(name);
            product.out = set_of(others);
            (others.empty() ? back : across).push_back(product);
        }
    }
};

// Where a bridge is known, what comes in there goes out at another of its interfaces.
bool add_bridged(const Policy& policy, const Product& header, const Side& source, const Side& destination,
                 Crossings& found) {
    const auto bridge_of = [&](const std::string& name) -> std::string {
        for (const auto& interface : policy.interfaces) {
            if (interface.name == name) return interface.bridge;
        }
        return {};
    };
    const auto from = listed(source.interfaces), to = listed(destination.interfaces);
    const bool bridged =
        std::any_of(from.begin(), from.end(), [&](const auto& name) { return !bridge_of(name).empty(); });
    if (!bridged || to.empty()) return false;
    for (const auto& name : from) {
        std::vector<std::string> others;
        std::copy_if(to.begin(), to.end(), std::back_inserter(others),
                     [&](const auto& other) { return other != name && bridge_of(other) == bridge_of(name); });
        if (others.empty()) continue;
        found.add(header, side_of(source.addresses, {name}), side_of(destination.addresses, others));
    }
    return true;
}

// Whether a default route leads to each of them.
bool lines_to_internet(const Policy& policy, const std::vector<std::string>& names) {
    return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
        return std::any_of(policy.routes.begin(), policy.routes.end(), [&](const Route& route) {
            return route.destination.length == 0 && !route.outward && route.interface == name;
        });
    });
}

// The connected networks of an interface, as far as the Internet can send there.
AddressSet public_networks(const Policy& policy, const std::string& name) {
    static const AddressSet kPrivate =
        parse_address_set("10.0.0.0/8 100.64.0.0/10 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16 fc00::/7 fe80::/10")
            .value();
    AddressSet networks;
    for (const auto& interface : policy.interfaces) {
        if (interface.name != name) continue;
        for (const auto& network : interface.networks) networks = networks | AddressSet::of(network);
    }
    return networks - kPrivate;
}

// How the packets of a header cross the device from sides that are known; where they leave is by zone (`destinations`)
// or, without one, as the device does it.
struct Crosser {
    const Policy& policy;
    const RoutingTable& table;  // of the way out
    bool transit;               // translations and policies of the device count
    bool open_in;               // nobody says by which interface packets come in

    void by_routes(const Product& header, const Side& source, Crossings& found) const {
        const AddressSet to = header.destination ? *header.destination : AddressSet::any();
        for (const auto& destination : split(table, policy, transit, to)) {
            if (transit && add_bridged(policy, header, source, destination, found)) continue;
            found.add(header, source, destination);
        }
    }

    void from(const Product& header, const Side& source, Crossings& found) const {
        std::vector<std::string> plain = listed(source.interfaces);
        if (!transit || policy.diversions.empty() || plain.empty()) return by_routes(header, source, found);
        const std::size_t count = plain.size();
        std::erase_if(plain, [&](const std::string& name) {
            Product product = header;
            product.source = share(source.addresses);
            product.in = InterfaceSet::of(name);
            const DivertedPackets packets = divert(policy, product);
            if (packets.diverted.empty() && packets.rest.size() == 1) return false;
            for (const auto& [part, interfaces] : packets.diverted) {
                const AddressSet to = part.destination ? *part.destination : AddressSet::any();
                found.add(part, side_of(*part.source, {name}), side_of(to, interfaces));
            }
            for (const auto& part : packets.rest) by_routes(part, side_of(*part.source, {name}), found);
            return true;
        });
        if (plain.size() == count) return by_routes(header, source, found);
        if (!plain.empty()) {
            by_routes(header, {source.addresses, set_of(plain), source.names.empty() ? source.names : plain}, found);
        }
    }

    void between(const Product& header, const Side& source, const std::vector<Side>* destinations,
                 Crossings& found) const {
        if (!destinations) return from(header, source, found);
        for (Side destination : *destinations) {
            if (header.destination) destination.addresses = destination.addresses & *header.destination;
            if (!destination.addresses.empty()) found.add(header, source, destination);
        }
    }

    // Of several lines to the Internet each brings what is sent to its own public network: an address of the device
    // there, or one that it translates. Returns what is left of the header; nothing: all has come in.
    std::optional<Product> by_own_line(const Product& header, const Side& source, const std::vector<Side>* destinations,
                                       Crossings& found) const {
        const auto names = listed(source.interfaces);
        if (!open_in || names.size() < 2 || !lines_to_internet(policy, names)) return header;
        AddressSet left = header.destination ? *header.destination : AddressSet::any();
        AddressSet once, twice;
        for (const auto& name : names) {
            const AddressSet networks = public_networks(policy, name);
            twice = twice | (once & networks);
            once = once | networks;
        }
        for (const auto& name : names) {
            const AddressSet near = (public_networks(policy, name) - twice) & left;
            if (near.empty()) continue;
            Product part = header;
            part.destination = share(near);
            Crossings here;
            between(part, side_of(source.addresses, {name}), destinations, here);
            left = left - near;
            // A host in that network need not be behind the line.
            for (const auto& product : here.back) left = left | (*product.destination & near);
            found.across.insert(found.across.end(), here.across.begin(), here.across.end());
        }
        if (left.empty()) return std::nullopt;
        Product rest = header;
        if (header.destination || !(left == AddressSet::any())) rest.destination = share(std::move(left));
        return rest;
    }

    Crossings operator()(const Product& header, const std::vector<Side>& sources,
                         const std::vector<Side>* destinations) const {
        Crossings found;
        for (const auto& source : sources) {
            const auto rest = by_own_line(header, source, destinations, found);
            if (rest) between(*rest, source, destinations, found);
        }
        return found;
    }
};

const std::vector<std::string>* zone_interfaces(const Firewall& firewall, const std::string& zone) {
    const auto found = firewall.interfaces.find(zone);
    return zone.empty() || found == firewall.interfaces.end() ? nullptr : &found->second;
}

// As several names were written: which of them a packet uses is open.
Side zone_side(const AddressSet& addresses, const std::vector<std::string>& names) {
    return {addresses, set_of(names), names.size() == 1 ? names : std::vector<std::string>()};
}

Side given_side(const AddressSetRef& addresses, const InterfaceSet& interfaces) {
    std::vector<std::string> names;
    if (const auto* name = interfaces.only()) names.push_back(*name);
    return {addresses ? *addresses : AddressSet::any(), interfaces, names};
}

}  // namespace

std::optional<InterfaceSet> listed_interfaces(const Policy& policy) {
    std::set<std::string> names;
    for (const auto& interface : policy.interfaces) {
        if (!interface.name.empty()) names.insert(interface.name);
    }
    const auto tested = tested_interfaces(policy);
    if (names.empty() || !std::includes(names.begin(), names.end(), tested.begin(), tested.end())) return std::nullopt;
    return set_of({names.begin(), names.end()});
}

Router::Router(const Policy& policy)
    : policy_(policy),
      own_(policy, RoutingTable::Use::own),
      from_(policy, RoutingTable::Use::from),
      to_(policy, RoutingTable::Use::to) {}

bool Router::knows() const {
    const auto bridged = [](const Interface& interface) { return !interface.bridge.empty(); };
    return !own_.empty() || !policy_.diversions.empty() ||
           std::any_of(policy_.interfaces.begin(), policy_.interfaces.end(), bridged);
}

namespace {

struct Tables {
    const RoutingTable &own, &from, &to;
};

// `open_in`: as in Crosser.
Crossings find_ways(const Policy& policy, const Tables& tables, const Product& header, bool in, bool out,
                    bool open_in) {
    const bool passing = !(header.in == InterfaceSet::none()) && !(header.out == InterfaceSet::none());
    const RoutingTable& table = passing ? tables.from : tables.own;
    const auto sources = in ? split(table, policy, passing, header.source ? *header.source : AddressSet::any())
                            : std::vector{given_side(header.source, header.in)};
    const std::vector<Side> given = {given_side(header.destination, header.out)};
    const Crosser crosser{policy, passing ? tables.to : tables.own, passing, open_in};
    return crosser(header, sources, out ? nullptr : &given);
}

}  // namespace

std::vector<Product> Router::route(const Product& header, bool in, bool out) const {
    auto [across, back] = find_ways(policy_, {own_, from_, to_}, header, in, out, in);
    return across.empty() ? std::move(back) : std::move(across);
}

std::vector<Product> every_way(const Policy& policy, const Product& header, bool in, bool out) {
    const RoutingTable own(policy, RoutingTable::Use::own), from(policy, RoutingTable::Use::from),
        to(policy, RoutingTable::Use::to);
    auto [ways, back] = find_ways(policy, {own, from, to}, header, in, out, false);
    std::move(back.begin(), back.end(), std::back_inserter(ways));
    return std::move(ways);
}

namespace {

Crossings transit_crossings(const Firewall& firewall, const std::string& from_zone, const AddressSet& from,
                            const std::string& to_zone, const AddressSet& to, const Product& header) {
    const Policy& policy = *firewall.policy;
    const RoutingTable table(policy, RoutingTable::Use::from), out(policy, RoutingTable::Use::to);
    const auto* from_names = zone_interfaces(firewall, from_zone);
    const auto* to_names = zone_interfaces(firewall, to_zone);
    const auto sources = from_names ? std::vector{zone_side(from, *from_names)} : split(table, policy, true, from);
    const std::vector<Side> destinations = {zone_side(to, to_names ? *to_names : std::vector<std::string>())};
    Product asked = header;
    asked.destination = share(to);
    return Crosser{policy, out, true, true}(asked, sources, to_names ? &destinations : nullptr);
}

}  // namespace

std::vector<Product> transit_products(const Firewall& firewall, const std::string& from_zone, const AddressSet& from,
                                      const std::string& to_zone, const AddressSet& to, const Product& header) {
    return transit_crossings(firewall, from_zone, from, to_zone, to, header).across;
}

bool some_turn_back(const Firewall& firewall, const std::string& from_zone, const AddressSet& from,
                    const std::string& to_zone, const AddressSet& to) {
    const auto back = transit_crossings(firewall, from_zone, from, to_zone, to, {}).back;
    return std::any_of(back.begin(), back.end(), [](const Product& product) {
        const AddressSet& source = *product.source;
        const AddressSet& destination = *product.destination;
        return (!source.v4.empty() && !destination.v4.empty()) || (!source.v6.empty() && !destination.v6.empty());
    });
}

bool has_few_networks(const Policy& policy) {
    constexpr std::size_t kMostNetworks = 64;
    std::size_t networks = policy.routes.size();
    for (const auto& interface : policy.interfaces) networks += interface.networks.size();
    return networks > 0 && networks <= kMostNetworks;
}

std::vector<Product> ways_through(const Policy& policy, const AddressSetRef& addresses) {
    const auto known = listed_interfaces(policy);
    if (!known || !has_few_networks(policy)) return {};
    Product header;
    header.source = header.destination = addresses;
    header.in = *known;
    return every_way(policy, header, false, true);
}

AddressSet of_families(const Policy& policy, const AddressSet& addresses) {
    if (policy.families.empty()) return addresses;
    const auto speaks = [&](Family family) {
        return std::find(policy.families.begin(), policy.families.end(), family) != policy.families.end();
    };
    AddressSet part;
    if (speaks(Family::v4)) part.v4 = addresses.v4;
    if (speaks(Family::v6)) part.v6 = addresses.v6;
    return part;
}

}  // namespace fwproof
