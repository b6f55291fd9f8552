// Packets out of VPN tunnels and into them.
#pragma once

#include <string>
#include <vector>

#include "vendor/asa/lower.hpp"

namespace fwproof::asa {

// An interface at which packets come out of tunnels.
struct TunnelEnd {
    std::string interface;
    AddressSet remote;  // what is behind the tunnels, as far as the export names it; any for an interface that is one
    AddressSet open;    // of it what peers of which the export does not tell the filter may be behind
    struct Known {
        AddressSet remote;
        std::string_view filter;  // empty: none
    };
    std::vector<Known> known;  // and the others, by their `vpn-filter`
    AddressSet routed;         // of it what the device adds routes to, while the tunnel is up
    SourceSpan span;
};
// Ascending by interface; none without remote addresses.
std::vector<TunnelEnd> tunnel_ends(const Lowering& lowering);

// Rules in front of the lists for packets of tunnels: whether a packet comes out of one no header shows.
void meet_tunnels(Lowering& lowering, Ruleset& ruleset, bool inward);

// Clients' addresses and reverse routes also lead to where the tunnels end.
void lower_tunnel_routes(Lowering& lowering);

}  // namespace fwproof::asa
