// What rules permit out of a network.
#pragma once

#include <string>

#include "check/openings.hpp"

namespace fwproof {

// What the rule permits from inside a network to the Internet, where that is all there is: "every service", "every tcp
// port". Empty: it does not.
std::string open_egress(const CheckContext& context, const Opening& opening);

}  // namespace fwproof
