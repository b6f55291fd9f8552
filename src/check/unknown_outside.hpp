// Firewalls of which nothing says which interfaces lead to the Internet, though rules let anybody in there.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "fwproof/check/check.hpp"

namespace fwproof {

struct UnknownOutside {
    const Firewall* firewall = nullptr;
    std::vector<RuleRef> rules;  // that let anybody in by one of them; in order, at least one
};

// Of the firewalls whose openings some check asked for, in their order.
std::vector<UnknownOutside> unknown_outsides(const CheckContext& context);

// The checks that say nothing of what comes in there.
std::span<const Check* const> checks_from_outside();

}  // namespace fwproof
