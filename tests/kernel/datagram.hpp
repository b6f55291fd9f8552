// A packet header as the bytes that travel.
#pragma once

#include <cstdint>
#include <vector>

#include "fwproof/packet/packet.hpp"

namespace fwproof::kernel {

void put16(std::vector<std::uint8_t>& bytes, std::uint16_t value);  // big endian
void put32(std::vector<std::uint8_t>& bytes, std::uint32_t value);
void put_address(std::vector<std::uint8_t>& bytes, const Address& address);

// What a datagram holds beyond the header fields that rules test.
struct Rest {
    std::uint32_t id = 0;              // IPv4 identification, IPv6 flow label: finds the packet again; 16 bits
    std::uint8_t hop_limit = 64;       // on the wire
    std::uint16_t padding = 0;         // bytes of payload beyond the least
    std::vector<std::uint8_t> quoted;  // what an ICMP error quotes
};

// The whole IP datagram, with checksums that are right. TOS, SPI and the fragment bit are read from packet.fields.
std::vector<std::uint8_t> datagram(const Packet& packet, const Rest& rest);

// The id of a datagram built here.
std::uint32_t id_of(const std::uint8_t* datagram);

}  // namespace fwproof::kernel
