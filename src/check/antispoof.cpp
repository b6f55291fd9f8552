#include "check/antispoof.hpp"

#include "check/outside.hpp"

namespace fwproof {

namespace {

AddressSet networks_of(const Interface& interface) {
    AddressSet set;
    for (const auto& network : interface.networks) set = set | AddressSet::of(network);
    return set;
}

}  // namespace

std::vector<Interface> unchecked_interfaces(const Policy& policy) {
    const auto outside = lowest_interfaces(policy);
    std::vector<Interface> found;
    if (!outside) return found;
    for (const auto& interface : policy.interfaces) {
        if (interface.enabled && !interface.checks_source && outside->contains(interface.name)) {
            found.push_back(interface);
        }
    }
    return found;
}

AddressSet forged_sources(const Policy& policy, const Interface& outer) {
    static const AddressSet kPrivate = parse_address_set("10.0.0.0/8 172.16.0.0/12 192.168.0.0/16").value();
    const AddressSet own = networks_of(outer);
    AddressSet forged;
    if (!own.empty() && (own & kPrivate).empty()) forged = kPrivate;
    for (const auto& interface : policy.interfaces) {
        if (interface.enabled && interface.name != outer.name && interface.security_level > outer.security_level) {
            forged = forged | networks_of(interface);
        }
    }
    return forged - own;
}

Product forged_packets(const Policy& policy, const Interface& outer) {
    Product product;
    product.source = share(forged_sources(policy, outer));
    product.in = InterfaceSet::of(outer.name);
    return product;
}

}  // namespace fwproof
