// The flow notation: PROTO SRC[:PORT] > DST[:PORT] [in IFACE] [out IFACE] [at NAME] [state ...] [flags SYN,ACK]
// [icmp TYPE[/CODE]] [mac ADDR] [program PATH] [service NAME].
#pragma once

#include <optional>
#include <string>

#include "fwproof/base/result.hpp"
#include "fwproof/packet/packet.hpp"

namespace fwproof {

struct FlowQuery {
    // What is left out is unconstrained, but the state is new unless given, and a new TCP connection starts with SYN
    // alone unless flags are given.
    Product header;
    std::string at;  // chain, list or profile; empty: the paths decide
    std::optional<std::string> program;
    std::optional<std::string> service;
    bool single = false;  // names exactly one packet apart from interfaces and source port
};

// Addresses are an address, a prefix, a range or "any"; ports a number or a-b; IPv6 with a port stands in brackets.
Result<FlowQuery> parse_flow(const SourceRef& text);
// One flow of a longer text.
Result<FlowQuery> parse_flow(SourceSpan flow, const SourceRef& text);

}  // namespace fwproof
