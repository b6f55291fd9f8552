// The netfilter netlink messages that the kernel test needs: packets that a rule logged, and connections put into the
// connection tracking table.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "fwproof/packet/packet.hpp"

namespace fwproof::kernel {

using Bytes = std::vector<std::uint8_t>;

// A message under construction: attributes, nested ones too.
class Attributes {
public:
    void add(std::uint16_t type, std::span<const std::uint8_t> value);
    void add8(std::uint16_t type, std::uint8_t value) { add(type, std::span(&value, 1)); }
    void add16(std::uint16_t type, std::uint16_t value);  // big endian, as all numbers here
    void add32(std::uint16_t type, std::uint32_t value);
    void nest(std::uint16_t type, const Attributes& inner);
    const Bytes& bytes() const { return bytes_; }

private:
    Bytes bytes_;
};

// One NETLINK_NETFILTER socket. Errors throw std::runtime_error.
class Netlink {
public:
    Netlink();
    ~Netlink();
    Netlink(const Netlink&) = delete;
    Netlink& operator=(const Netlink&) = delete;

    // Sends a request and waits for its acknowledgement.
    void request(std::uint8_t subsystem, std::uint8_t message, std::uint16_t flags, std::uint8_t family,
                 std::uint16_t resource, const Attributes& attributes);
    // Everything that waits in the socket, without blocking: the prefix and the bytes (from the IP header on) of a
    // packet.
    void read_logged(const std::function<void(std::string_view prefix, std::span<const std::uint8_t> packet)>& take);

private:
    int socket_ = -1;
};

// Packets logged to this group arrive at `netlink`, one message each.
void subscribe_log(Netlink& netlink, std::uint16_t group);

void forget_connections(Netlink& netlink);
// A known connection between the addresses and ports of this TCP or UDP packet, seen in both directions. `mark` is the
// mark of the connection.
void add_connection(Netlink& netlink, const Packet& first, std::uint32_t mark);

}  // namespace fwproof::kernel
