// On which interface of a device addresses live.
#pragma once

#include <string>
#include <vector>

#include "fwproof/analysis/crossing.hpp"

namespace fwproof {

// Every real interface: neither the loopback nor none at all. `transit`: of those that passing packets use.
InterfaceSet open_interfaces(const Policy& policy, bool transit = false);

// First packets between two address sets as they cross a transit device, one product for each pair of sides that are
// not the same interface. A side is where the site says for the zone, else where translations and policies of the
// device (of the way out alone), then the longest of its networks and routes lead, else open. Empty: both ends are on
// one side.
std::vector<Product> transit_products(const Firewall& firewall, const std::string& from_zone, const AddressSet& from,
                                      const std::string& to_zone, const AddressSet& to, const Product& header);

// Whether packets between some of the addresses would leave such a device by the side where they came in.
bool some_turn_back(const Firewall& firewall, const std::string& from_zone, const AddressSet& from,
                    const std::string& to_zone, const AddressSet& to);

// As Router::route, with all that would leave where they came from.
std::vector<Product> every_way(const Policy& policy, const Product& header, bool in, bool out);

// More networks and routes would make sets of packets long that are asked about nothing but interfaces.
bool has_few_networks(const Policy& policy);

// The part of the addresses that the policy speaks about.
AddressSet of_families(const Policy& policy, const AddressSet& addresses);

}  // namespace fwproof
