// Services: protocols with their ports, ICMP types and TCP flags.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fwproof/base/interval_set.hpp"

namespace fwproof {

inline constexpr std::uint8_t kIcmp = 1, kTcp = 6, kUdp = 17, kDccp = 33, kIcmp6 = 58, kSctp = 132, kUdpLite = 136;

bool has_ports(std::uint8_t protocol);      // tcp, udp, dccp, sctp, udplite
bool has_icmp_type(std::uint8_t protocol);  // icmp, icmpv6

// IANA keyword in lower case ("tcp", "esp", "icmpv6"), else the number.
std::string protocol_name(std::uint8_t protocol);
// A keyword (any case) or a number 0-255.
std::optional<std::uint8_t> parse_protocol(std::string_view text);

// TCP flag bits as on the wire.
inline constexpr std::uint8_t kFin = 0x01, kSyn = 0x02, kRst = 0x04, kPsh = 0x08, kAck = 0x10, kUrg = 0x20, kEce = 0x40,
                              kCwr = 0x80;

// ICMP type and code as one number, type * 256 + code; a set of them for both families' ICMP.
using IcmpSet = IntervalSet<std::uint16_t>;
inline IcmpSet icmp_type(std::uint8_t type) {
    return IcmpSet::range(static_cast<std::uint16_t>(type << 8), static_cast<std::uint16_t>(type << 8 | 0xff));
}
inline IcmpSet icmp_code(std::uint8_t type, std::uint8_t code) {
    return IcmpSet::of(static_cast<std::uint16_t>(type << 8 | code));
}

// A product of value sets. A field that a protocol does not have (ports of ESP, flags of UDP) is matched only by a term
// that leaves that field whole: a term with protocols {tcp, esp} and destination ports {443} matches no ESP packet.
struct ServiceTerm {
    ProtocolSet protocols = ProtocolSet::all();
    PortSet source_ports = PortSet::all();
    PortSet destination_ports = PortSet::all();
    IcmpSet icmp = IcmpSet::all();
    IntervalSet<std::uint8_t> tcp_flags = IntervalSet<std::uint8_t>::all();

    bool is_all() const;
    friend bool operator==(const ServiceTerm&, const ServiceTerm&) = default;
};

// The union of the terms; no term: matches nothing.
struct ServiceSet {
    std::vector<ServiceTerm> terms;

    friend bool operator==(const ServiceSet&, const ServiceSet&) = default;
};

// Null means every service.
using ServiceSetRef = std::shared_ptr<const ServiceSet>;

ServiceSetRef share(ServiceSet set);
ServiceSetRef service(std::uint8_t protocol);  // all ports or types
ServiceSetRef service(std::uint8_t protocol, PortSet destination_ports);

// "any", "tcp/443", "udp/53,1024-65535", "tcp/443 from 53" (source ports), "icmp/8", "icmp/3/4", "tcp flags SYN";
// terms joined with ", " in the order given; "none" without terms. parse_services in notation.hpp reads it back.
std::string to_string(const ServiceTerm& term);
std::string to_string(const ServiceSet& set);
std::string to_string(const PortSet& ports);  // "any", "443", "135,445,49152-65535"

// "443", "135,445,49152-65535", "any", "none".
std::optional<PortSet> parse_ports(std::string_view text);

}  // namespace fwproof
