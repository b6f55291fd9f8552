// What a nat line of 8.3 and later names.
#pragma once

#include <utility>

#include "vendor/asa/lower.hpp"

namespace fwproof::asa {

// An operand that names an object may name a group as well.
const Addresses& nat_addresses(Lowering& lowering, const AddressOperand& operand);

// False: a static line pairs groups whose members do not stand in ascending order, and how the device pairs them then
// is not known.
bool nat_pairs_in_order(const Lowering& lowering, const AddressOperand& real, const AddressOperand& mapped);

// The terms of `service A B`: A holds the real source and the mapped destination ports, B the mapped source and the
// real destination ports. Nothing where the export does not decide them.
std::optional<std::pair<ServiceTerm, ServiceTerm>> nat_services(Lowering& lowering, const NatLine& line);

// An interface of a line: a name, or "any".
InterfaceSet nat_interface(std::string_view name);

// Both null, or the same addresses.
bool same_set(const AddressSetRef& a, const AddressSetRef& b);

}  // namespace fwproof::asa
