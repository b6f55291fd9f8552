#include "analysis/sides.hpp"

#include <algorithm>
#include <map>

namespace fwproof {

const AddressSet& computer_addresses() {
    static const AddressSet kComputers =
        AddressSet::any() - parse_address_set("0.0.0.0/8 127.0.0.0/8 224.0.0.0/3 ::/127 ff00::/8").value();
    return kComputers;
}

InterfaceSet open_interfaces(const Policy& policy) {
    InterfaceSet open;
    open.negated = false;
    for (const auto& interface : policy.interfaces) {
        if (interface.enabled && !interface.name.empty() && interface.name != "lo") {
            open.any_of.push_back({interface.name, false});
        }
    }
    if (open.any_of.empty()) open = {{{"", false}, {"lo", false}}, true};
    return open;
}

namespace {

using Networks = std::vector<std::pair<Prefix, const std::string*>>;

// Longest first; connected networks come before routes of the same length.
Networks networks_of(const Policy& policy) {
    Networks networks;
    for (const auto& interface : policy.interfaces) {
        if (!interface.enabled) continue;
        for (const auto& network : interface.networks) networks.emplace_back(network, &interface.name);
    }
    for (const auto& route : policy.routes) networks.emplace_back(route.destination, &route.interface);
    std::stable_sort(networks.begin(), networks.end(),
                     [](const auto& a, const auto& b) { return a.first.length > b.first.length; });
    return networks;
}

std::vector<Side> split(const Networks& networks, const Policy& policy, const AddressSet& addresses) {
    std::map<std::string, AddressSet> by_name;
    AddressSet left = addresses;
    for (const auto& [network, name] : networks) {
        if (left.empty()) break;
        const AddressSet covered = AddressSet::of(network);
        const AddressSet here = left & covered;
        if (here.empty()) continue;
        auto& known = by_name[*name];
        known = known | here;
        left = left - covered;
    }
    std::vector<Side> sides;
    for (auto& [name, known] : by_name) sides.push_back({std::move(known), InterfaceSet::of(name), name});
    if (!left.empty()) sides.push_back({std::move(left), open_interfaces(policy), ""});
    return sides;
}

}  // namespace

Router::Router(const Policy& policy) : policy_(policy), networks_(networks_of(policy)) {}

std::vector<Product> Router::route(const Product& header, bool in, bool out) const {
    const auto sides = [&](const AddressSetRef& addresses, const InterfaceSet& own, bool asked) {
        if (asked) return split(networks_, policy_, addresses ? *addresses : AddressSet::any());
        const bool one = !own.negated && own.any_of.size() == 1 && !own.any_of[0].prefix;
        return std::vector<Side>{{addresses ? *addresses : AddressSet::any(), own, one ? own.any_of[0].name : ""}};
    };
    const auto sources = sides(header.source, header.in, in);
    const auto destinations = sides(header.destination, header.out, out);
    std::vector<Product> across, back;
    for (const auto& source : sources) {
        for (const auto& destination : destinations) {
            Product product = header;
            product.source = share(source.addresses);
            product.destination = share(destination.addresses);
            product.in = source.interfaces;
            product.out = destination.interfaces;
            const bool same = !source.name.empty() && source.name == destination.name;
            (same ? back : across).push_back(std::move(product));
        }
    }
    return across.empty() ? back : across;
}

std::vector<Side> split_by_interface(const Firewall& firewall, const std::string& zone, const AddressSet& addresses) {
    const Policy& policy = *firewall.policy;
    if (const auto found = firewall.interfaces.find(zone); !zone.empty() && found != firewall.interfaces.end()) {
        InterfaceSet names{{}, false};
        for (const auto& name : found->second) names.any_of.push_back({name, false});
        return {{addresses, names, found->second.size() == 1 ? found->second[0] : std::string()}};
    }
    return split(networks_of(policy), policy, addresses);
}

std::vector<Product> transit_products(const Firewall& firewall, const std::string& from_zone, const AddressSet& from,
                                      const std::string& to_zone, const AddressSet& to, const Product& header) {
    const auto sources = split_by_interface(firewall, from_zone, from);
    const auto destinations = split_by_interface(firewall, to_zone, to);
    std::vector<Product> products;
    for (const auto& source : sources) {
        for (const auto& destination : destinations) {
            if (!source.name.empty() && source.name == destination.name) continue;
            Product product = header;
            product.source = share(source.addresses);
            product.destination = share(destination.addresses);
            product.in = source.interfaces;
            product.out = destination.interfaces;
            products.push_back(std::move(product));
        }
    }
    return products;
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
