// Replies of flows that a device does not track.
#pragma once

#include <vector>

#include "fwproof/policy/policy.hpp"

namespace fwproof {

// The replies, in state established, as the device sees them. Where rules on the way there exempt the flow from
// connection tracking, its first reply belongs to no connection: it is new or, where no connection starts with such a
// packet (SYN and ACK, an ICMP answer), invalid. A reply whose flow may be exempted or not is there in both ways. A
// superset where rules that exempt are reached by jumps or behind rules that decide.
std::vector<Product> replies_as_seen(const Policy& policy, const Path& way_there, std::vector<Product> replies);

}  // namespace fwproof
