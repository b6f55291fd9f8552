// The plain meaning of a policy: one packet, walked through the rules as a device would. Slow and simple; every faster
// engine is tested against it.
#pragma once

#include <functional>

#include "fwproof/packet/packet.hpp"
#include "fwproof/policy/policy.hpp"

namespace fwproof::naive {

using Assumption = std::function<bool(const Condition&)>;

// What the path does with the packet: unknown when both permit and deny are possible. Where a rule may match or not,
// both are followed. Loops, rulesets that do not exist, translations into the other address family and packets that a
// translation takes off a transit path are unknown.
Verdict evaluate(const Policy& policy, const Path& path, const Packet& packet, const Assumption& assumption = {});

}  // namespace fwproof::naive
