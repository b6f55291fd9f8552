// In which order a diagram tests the fields.
//
// No order is safe: between the best and the worst lie factors of fifty, and which is best differs from list to list
// (a field that is any in many rules is best tested late; object groups want the services first). So a few orders race:
// each builds the diagram of a sample of the list, and the one that needs clearly the fewest nodes wins; an order that
// has used as many as the best so far is stopped. Deterministic: counts, not clocks. Short lists take the usual order.
#pragma once

#include <array>
#include <vector>

#include "packet/coordinates.hpp"

namespace fwproof::packet {

// Every kind but AxisKind::field, once; family before addresses, protocol before the fields that depend on it.
using AxisOrder = std::array<AxisKind, 11>;

const AxisOrder& usual_order();

// The axes of a space with the order; further fields come last.
std::vector<Axis> lay_out(const Scales& scales, const AxisOrder& order);

// The order that suits the sample best, which is taken for a list that permits and denies by turns.
AxisOrder race_orders(const Scales& scales, const std::vector<Product>& sample);

}  // namespace fwproof::packet
