// A rule's match while its options are read: a conjunction of one product, of unions, and of what is not known.
#pragma once

#include <string>
#include <vector>

#include "fwproof/policy/match.hpp"

namespace fwproof::iptables {

struct Alternative {
    Match match;
    bool sure = true;  // false: only possibly matched
};

struct Draft {
    Match base;
    std::vector<std::vector<Alternative>> unions;  // each must hold in one of its alternatives
    bool never = false;
    bool conditional = false;
    std::vector<Condition> conditions;

    RuleMatch finish() &&;
};

// a := a and b. False when the result cannot be written as one product (two interface tests, rarely); a is then
// unchanged.
bool intersect(Product& a, const Product& b);
bool intersect(Match& a, const Match& b);
ServiceSetRef intersect(const ServiceSetRef& a, const ServiceSetRef& b);
void add_field(Product& product, Field field, IntervalSet<std::uint64_t> values);

// No packet is in it, as far as a glance tells.
bool plainly_empty(const Product& product);

}  // namespace fwproof::iptables
