// What is measured. Every job returns a number that its result can be checked by.
#pragma once

#include <cstddef>

#include "generate.hpp"

namespace fwproof::bench {

std::size_t permit_set(const Recipe& recipe);      // nodes
std::size_t anomalies(const Recipe& recipe);       // dead rules
std::size_t diff(const Recipe& recipe);            // differing regions
std::size_t required_flows(const Recipe& recipe);  // 10,000; satisfied ones

// The baselines, on the bits of the header: rules in order, or combined in halves in the order of fields that the
// recipe says.
inline constexpr std::size_t kBuddyOrders = 6;
std::size_t buddy_sample(const Recipe& recipe);  // nodes of some of the rules, in halves
std::size_t buddy_permit_sequential(const Recipe& recipe);
std::size_t buddy_permit_balanced(const Recipe& recipe);
std::size_t buddy_dead_rules(const Recipe& recipe);  // dead rules
std::size_t buddy_diff(const Recipe& recipe);        // 1 when there is a difference

}  // namespace fwproof::bench
