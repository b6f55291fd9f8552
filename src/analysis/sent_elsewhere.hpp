// Packets that a translation sends on from the path of what is for the host itself.
#pragma once

#include <optional>

#include "fwproof/policy/policy.hpp"

namespace fwproof {

// The policy with that said of them which two versions can be compared by: they are denied there because they are
// forwarded, on the condition that their new address is another host's, and else meet the rules with that address. What
// a reader leaves unknown altogether would differ wherever a translation comes or goes. Rules keep their places.
// Nothing: no rule speaks of such packets.
std::optional<Policy> denying_what_is_sent_elsewhere(const Policy& policy);

}  // namespace fwproof
