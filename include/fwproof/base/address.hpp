// IPv4 and IPv6 addresses as numbers in host order.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fwproof {

__extension__ using uint128 = unsigned __int128;

enum class Family : std::uint8_t { v4, v6 };

std::string_view family_name(Family family);  // "IPv4", "IPv6"

// One address. For IPv4 only the low 32 bits of `value` are used.
struct Address {
    Family family = Family::v4;
    uint128 value = 0;

    friend bool operator==(const Address&, const Address&) = default;
    friend auto operator<=>(const Address&, const Address&) = default;
};

// Strict text forms: four decimal octets without leading zeros; RFC 4291 for IPv6 (no zone id).
std::optional<Address> parse_address(std::string_view text);

// Dotted quad; RFC 5952 for IPv6.
std::string to_string(const Address& address);

// A network: `address` has no bit set below `length`.
struct Prefix {
    Address address;
    std::uint8_t length = 0;  // 0..32 or 0..128

    Address first() const { return address; }
    Address last() const;

    friend bool operator==(const Prefix&, const Prefix&) = default;
    friend auto operator<=>(const Prefix&, const Prefix&) = default;
};

// "10.0.0.0/8", "2001:db8::/32"; a bare address is a host prefix. Host bits are cleared.
std::optional<Prefix> parse_prefix(std::string_view text);

// "10.0.0.0/8"; a host prefix prints as the bare address.
std::string to_string(const Prefix& prefix);

// The number of leading ones of a contiguous IPv4 netmask; nothing when the mask is not contiguous.
std::optional<std::uint8_t> netmask_length(std::uint32_t mask);

}  // namespace fwproof
