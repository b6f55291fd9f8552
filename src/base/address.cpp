#include "fwproof/base/address.hpp"

#include <arpa/inet.h>

#include <array>
#include <charconv>

namespace fwproof {

std::string_view family_name(Family family) { return family == Family::v4 ? "IPv4" : "IPv6"; }

std::optional<Address> parse_address(std::string_view text) {
    const std::string terminated(text);
    if (terminated.size() != std::char_traits<char>::length(terminated.c_str())) return std::nullopt;
    std::array<unsigned char, 16> raw{};
    if (inet_pton(AF_INET, terminated.c_str(), raw.data()) == 1) {
        Address address{Family::v4, 0};
        for (std::size_t i = 0; i < 4; ++i) address.value = address.value << 8 | raw[i];
        return address;
    }
    if (inet_pton(AF_INET6, terminated.c_str(), raw.data()) == 1) {
        Address address{Family::v6, 0};
        for (const unsigned char byte : raw) address.value = address.value << 8 | byte;
        return address;
    }
    return std::nullopt;
}

std::string to_string(const Address& address) {
    std::array<unsigned char, 16> raw{};
    const std::size_t size = address.family == Family::v4 ? 4 : 16;
    for (std::size_t i = 0; i < size; ++i) raw[i] = static_cast<unsigned char>(address.value >> (8 * (size - 1 - i)));
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(address.family == Family::v4 ? AF_INET : AF_INET6, raw.data(), text.data(), text.size());
    return text.data();
}

namespace {

int width(Family family) { return family == Family::v4 ? 32 : 128; }

// Ones below a prefix of that length.
uint128 host_bits(Family family, int length) {
    const int free = width(family) - length;
    return free == 128 ? ~uint128{0} : (uint128{1} << free) - 1;
}

}  // namespace

Address Prefix::last() const { return {address.family, address.value | host_bits(address.family, length)}; }

std::optional<Prefix> parse_prefix(std::string_view text) {
    const auto slash = text.find('/');
    const auto address = parse_address(text.substr(0, slash));
    if (!address) return std::nullopt;
    int length = width(address->family);
    if (slash != std::string_view::npos) {
        const std::string_view digits = text.substr(slash + 1);
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
        if (error != std::errc() || end != digits.data() + digits.size() || digits.empty()) return std::nullopt;
        if (length < 0 || length > width(address->family)) return std::nullopt;
    }
    return Prefix{{address->family, address->value & ~host_bits(address->family, length)},
                  static_cast<std::uint8_t>(length)};
}

std::string to_string(const Prefix& prefix) {
    std::string text = to_string(prefix.address);
    if (prefix.length != width(prefix.address.family)) text += "/" + std::to_string(prefix.length);
    return text;
}

std::optional<std::uint8_t> netmask_length(std::uint32_t mask) {
    const std::uint32_t inverted = ~mask;
    if ((inverted & (inverted + 1)) != 0) return std::nullopt;
    return static_cast<std::uint8_t>(__builtin_popcount(mask));
}

}  // namespace fwproof
