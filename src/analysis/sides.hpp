// On which interface of a device addresses live.
#pragma once

#include <string>
#include <vector>

#include "fwproof/analysis/crossing.hpp"

namespace fwproof {

// Addresses that reach the device, or leave it, through the same interfaces.
struct Side {
    AddressSet addresses;
    InterfaceSet interfaces;
    std::string name;  // the one interface; empty where it is not known which
};

// Every real interface: neither the loopback nor none at all.
InterfaceSet open_interfaces(const Policy& policy);

// The addresses by interface, disjoint: as the site says for the zone, else by the longest of the connected networks
// and routes, else open.
std::vector<Side> split_by_interface(const Firewall& firewall, const std::string& zone, const AddressSet& addresses);

// First packets between two address sets as they cross a transit device, one product for each pair of sides that are
// not the same interface. Empty: both ends are on one side.
std::vector<Product> transit_products(const Firewall& firewall, const std::string& from_zone, const AddressSet& from,
                                      const std::string& to_zone, const AddressSet& to, const Product& header);

// The part of the addresses that the policy speaks about.
AddressSet of_families(const Policy& policy, const AddressSet& addresses);

}  // namespace fwproof
