// One concrete packet header.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "fwproof/base/product.hpp"

namespace fwproof {

// How the names begin that stand for every interface that no rule names. They are never printed.
inline const std::string kOtherInterface = "*";

struct Packet {
    Address source;  // both addresses are of one family
    Address destination;
    std::uint8_t protocol = kTcp;
    std::uint16_t source_port = 0;  // zero where the protocol has no ports
    std::uint16_t destination_port = 0;
    std::uint8_t icmp_type = 0;  // zero where the protocol is not ICMP
    std::uint8_t icmp_code = 0;
    std::uint8_t tcp_flags = 0;  // zero where the protocol is not TCP
    State state = State::new_;
    std::string in;  // empty: no interface on that side
    std::string out;
    std::map<Field, std::uint64_t> fields;  // absent: zero

    friend bool operator==(const Packet&, const Packet&) = default;
};

// Whether the packet is in the product; the plain definition that every faster engine is tested against.
bool contains(const Product& product, const Packet& packet);

// "tcp 10.1.2.3:40000 > 10.9.8.7:5723 in inside": the flow notation. What is usual is left out: state new, and the
// flags SYN of a new and ACK of any other TCP packet; and an interface that no rule names.
std::string to_string(const Packet& packet);

}  // namespace fwproof
