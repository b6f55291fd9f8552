// Ranges of ports that rules permit.
#pragma once

#include <string>
#include <vector>

#include "check/report_openings.hpp"

namespace fwproof {

enum class RangeKind : std::uint8_t {
    wide,     // more than kWidestRange ports
    dynamic,  // all that systems hand out: from 1024 or above to 65535
};

struct PortRanges {
    std::vector<std::string> names;  // "tcp/1-1024", "every tcp port"
    PacketSet packets;
};
// The ranges of that kind that the rule says and really permits. Not those of rules for every service, for a well-known
// source port, or for whatever inner machines want of the Internet.
PortRanges wide_ranges(const CheckContext& context, const Opening& opening, RangeKind kind);

// The sensitive services among the packets.
std::vector<std::string> notable_services(const RuleDesk& desk, const PacketSet& packets);

}  // namespace fwproof
