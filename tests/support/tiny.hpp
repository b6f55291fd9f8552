// A header space small enough to try every packet, and seeded random products in it.
#pragma once

#include <random>
#include <vector>

#include "fwproof/packet/packet.hpp"

namespace fwproof::tiny {

inline std::vector<Packet> every_packet() {
    std::vector<Packet> packets;
    const std::vector<Address> v4 = {*parse_address("10.0.0.0"), *parse_address("10.0.0.1"),
                                     *parse_address("10.0.0.2")};
    const std::vector<Address> v6 = {*parse_address("2001:db8::"), *parse_address("2001:db8::1")};
    for (const auto& addresses : {v4, v6}) {
        for (const auto& source : addresses) {
            for (const auto& destination : addresses) {
                for (const std::uint8_t protocol : {kIcmp, kTcp, kUdp, std::uint8_t{50}}) {
                    for (const auto port : {std::uint16_t{0}, std::uint16_t{1}, std::uint16_t{2}}) {
                        for (const auto state : {State::new_, State::established}) {
                            for (const char* in : {"", "eth0", "eth1"}) {
                                Packet packet;
                                packet.source = source;
                                packet.destination = destination;
                                packet.protocol = protocol;
                                packet.state = state;
                                packet.in = in;
                                if (has_ports(protocol)) {
                                    packet.destination_port = port;
                                    packet.source_port = static_cast<std::uint16_t>(2 - port);
                                    if (protocol == kTcp) packet.tcp_flags = port == 0 ? kAck : kSyn;
                                } else if (has_icmp_type(protocol)) {
                                    packet.icmp_code = static_cast<std::uint8_t>(port);
                                } else if (port != 0) {
                                    continue;
                                }
                                packets.push_back(packet);
                            }
                        }
                    }
                }
            }
        }
    }
    return packets;
}

class Products {
public:
    explicit Products(std::uint32_t seed) : random_(seed) {}

    std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(random_() % bound); }
    bool one_in(std::uint32_t n) { return below(n) == 0; }

    Product next() {
        Product product;
        if (!one_in(3)) product.source = addresses();
        if (!one_in(3)) product.destination = addresses();
        if (!one_in(3)) product.services = services();
        if (one_in(4)) product.states = StateSet::from_bits(static_cast<std::uint8_t>(below(32)));
        if (one_in(4)) product.in = interfaces();
        if (one_in(8)) product.fields = {{Field::ttl, IntervalSet<std::uint64_t>::range(0, below(3))}};
        return product;
    }

    AddressSetRef addresses() {
        AddressSet set;
        const std::uint32_t base = 0x0a000000;
        const std::uint32_t first = below(3);
        if (!one_in(5)) set.v4 = IntervalSet<std::uint32_t>::range(base + first, base + first + below(3));
        if (one_in(3)) set.v4 = set.v4.complement();
        const uint128 base6 = uint128{0x2001'0db8} << 96;
        if (one_in(2)) set.v6 = IntervalSet<uint128>::range(base6 + below(2), base6 + 1 + below(2));
        if (one_in(6)) set.v6 = set.v6.complement();
        return share(std::move(set));
    }

    ServiceSetRef services() {
        ServiceSet set;
        const std::uint32_t count = below(3);
        for (std::uint32_t i = 0; i <= count; ++i) {
            ServiceTerm term;
            const std::uint8_t protocols[] = {kIcmp, kTcp, kUdp, 50};
            term.protocols = ProtocolSet{};
            for (const auto protocol : protocols) {
                if (one_in(2)) term.protocols = term.protocols | ProtocolSet::of(protocol);
            }
            if (one_in(5)) term.protocols = ProtocolSet::all();
            const auto low = static_cast<std::uint16_t>(below(3));
            if (one_in(2)) term.destination_ports = PortSet::range(low, static_cast<std::uint16_t>(low + below(2)));
            if (one_in(6)) term.source_ports = PortSet::of(low);
            if (one_in(6)) term.icmp = icmp_code(0, static_cast<std::uint8_t>(low));
            if (one_in(6)) term.tcp_flags = IntervalSet<std::uint8_t>::of(kSyn);
            set.terms.push_back(std::move(term));
        }
        return share(std::move(set));
    }

    InterfaceSet interfaces() {
        InterfaceSet set{{}, one_in(3)};
        const InterfacePattern patterns[] = {{"", false}, {"eth0", false}, {"eth1", false}, {"eth", true}};
        for (const auto& pattern : patterns) {
            if (one_in(2)) set.any_of.push_back(pattern);
        }
        return set;
    }

private:
    std::mt19937 random_;
};

}  // namespace fwproof::tiny
