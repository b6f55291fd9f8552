// The interfaces that a flow names, as the policy knows them.
#pragma once

#include <optional>

#include "fwproof/base/result.hpp"
#include "fwproof/packet/flow.hpp"
#include "fwproof/policy/policy.hpp"

namespace fwproof::cli {

// Writes the names that rules use where the flow has a hardware name, or other letter cases. An error where the policy
// lists its interfaces and has none of that name; a policy that lists none knows no names, and every one is taken.
std::optional<Error> settle_interfaces(const Policy& policy, FlowQuery& flow);

}  // namespace fwproof::cli
