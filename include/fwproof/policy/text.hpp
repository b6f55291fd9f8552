// The canonical text of a policy: everything that decides a verdict, one statement a line, sorted where order means
// nothing. Printing and parsing back gives an equal policy (spans and notes apart).
#pragma once

#include <string>

#include "fwproof/base/result.hpp"
#include "fwproof/policy/policy.hpp"

namespace fwproof {

std::string print_policy(const Policy& policy);
Result<Policy> parse_policy(SourceRef source);

}  // namespace fwproof
