// The interfaces on which packets stand at each place of a device.
#pragma once

#include <vector>

#include "fwproof/policy/policy.hpp"

namespace fwproof {

// The header on every interface by which packets of a path of that position come in and leave: none on the side of the
// device itself, and none but the network's where they pass through it.
Product at_position(Product header, Position position);

// Passing packets between these addresses (null: any) on every interface by which the networks, routes and translations
// of the device may send them, wherever they come in; also where they came in. No others occur. Empty: nothing is known
// of that, because the export does not list every interface or has none or very many networks and routes.
std::vector<Product> ways_through(const Policy& policy, const AddressSetRef& addresses);

}  // namespace fwproof
