// The packets that a required flow sends, as products: its first packets and the first packets of its replies.
#pragma once

#include <vector>

#include "fwproof/analysis/crossing.hpp"
#include "fwproof/base/product.hpp"

namespace fwproof {

// The services' first packets: TCP with SYN alone, other protocols as they are. Null: of every service.
ServiceSetRef first_packet_services(const ServiceSetRef& services);

// The same with the source ports that clients really use (1024-65535) where the services leave them open.
ServiceSetRef client_services(const ServiceSetRef& first_packets);

// The same flow in each family by which its ends can talk: over IPv6 a service of ICMP is one of ICMPv6, an echo its
// echo, and ICMPv6 is not spoken over IPv4.
struct FamilySights {
    std::vector<Sight> sights;  // one as it was, where no service is ICMP
    bool whole = true;          // false: some type is asked over IPv6 for which ICMPv6 has none
};
FamilySights by_family(const Sight& sight);

// Replies as if they opened connections, on any interface: to any port where clients choose theirs, and
// with any code of an ICMP type.
std::vector<Product> as_first_packets(const std::vector<Product>& replies);

// What the client sends behind its first packet, to which these are the replies: of TCP, which has no connection
// without. Of flows that are not tracked nothing.
std::vector<Product> later_packets(const std::vector<Product>& replies);

// What answers them: ports exchanged, TCP with SYN and ACK or with ACK, ICMP types that have an answer. Null when
// nothing answers.
ServiceSetRef reply_services(const ServiceSetRef& client);

}  // namespace fwproof
