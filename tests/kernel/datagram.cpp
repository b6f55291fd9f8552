#include "kernel/datagram.hpp"

#include <span>

namespace fwproof::kernel {

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint8_t kGre = 47, kEsp = 50, kAh = 51;

std::uint32_t sum16(std::span<const std::uint8_t> bytes, std::uint32_t sum) {
    for (std::size_t i = 0; i < bytes.size(); i += 2) {
        sum += static_cast<std::uint32_t>(bytes[i] << 8);
        if (i + 1 < bytes.size()) sum += bytes[i + 1];
    }
    return sum;
}

std::uint16_t folded(std::uint32_t sum) {
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(~sum);
}

std::uint32_t crc32c(std::span<const std::uint8_t> bytes) {
    std::uint32_t crc = 0xffffffff;
    for (const auto byte : bytes) {
        crc ^= byte;
        for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? crc >> 1 ^ 0x82f63b78 : crc >> 1;
    }
    return ~crc;
}

std::uint32_t field(const Packet& packet, Field field) {
    const auto found = packet.fields.find(field);
    return found == packet.fields.end() ? 0 : static_cast<std::uint32_t>(found->second);
}

void store16(Bytes& bytes, std::size_t at, std::uint16_t value) {
    bytes[at] = static_cast<std::uint8_t>(value >> 8);
    bytes[at + 1] = static_cast<std::uint8_t>(value);
}

void put_text(Bytes& bytes, std::initializer_list<int> values) {
    for (const int value : values) bytes.push_back(static_cast<std::uint8_t>(value));
}

// The transport header and payload, checksum still zero; `checksum_at` says where it goes.
Bytes transport(const Packet& packet, const Rest& rest, std::optional<std::size_t>& checksum_at) {
    Bytes bytes;
    const auto ports = [&] {
        put16(bytes, packet.source_port);
        put16(bytes, packet.destination_port);
    };
    switch (packet.protocol) {
        case kTcp:
            ports();
            put32(bytes, 1000);
            put32(bytes, (packet.tcp_flags & kAck) != 0 ? 1 : 0);
            put_text(bytes, {5 << 4, packet.tcp_flags, 0xff, 0xff, 0, 0, 0, 0});
            checksum_at = 16;
            break;
        case kUdp:
        case kUdpLite:
            ports();
            put16(bytes, packet.protocol == kUdp ? static_cast<std::uint16_t>(8 + rest.padding) : std::uint16_t{0});
            put16(bytes, 0);
            checksum_at = 6;
            break;
        case kIcmp:
        case kIcmp6:
            put_text(bytes, {packet.icmp_type, packet.icmp_code, 0, 0});
            put_text(bytes, rest.quoted.empty() ? std::initializer_list<int>{0, 7, 0, 1}
                                                : std::initializer_list<int>{0, 0, 0, 0});
            bytes.insert(bytes.end(), rest.quoted.begin(), rest.quoted.end());
            if (rest.quoted.empty()) bytes.insert(bytes.end(), 8, 'x');
            checksum_at = 2;
            break;
        case kSctp:
            ports();
            put_text(bytes, {0, 0, 0, 0, 0, 0, 0, 0});                                               // tag, checksum
            put_text(bytes, {1, 0, 0, 20, 0, 0, 0, 1, 255, 255, 255, 255, 0, 1, 0, 1, 0, 0, 0, 1});  // INIT
            break;
        case kDccp:
            ports();
            put_text(bytes, {4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});  // a request
            checksum_at = 6;
            break;
        case kGre: put_text(bytes, {0, 0, 8, 0, 'x', 'x', 'x', 'x'}); break;
        case kEsp:
            put32(bytes, field(packet, Field::spi));
            put32(bytes, 1);
            bytes.insert(bytes.end(), 16, 'x');
            break;
        case kAh:
            put_text(bytes, {59, 4, 0, 0});
            put32(bytes, field(packet, Field::spi));
            put32(bytes, 1);
            bytes.insert(bytes.end(), 12, 'x');
            break;
        default: bytes.insert(bytes.end(), 8, 'x');
    }
    if (packet.protocol != kSctp) bytes.insert(bytes.end(), rest.padding, 'p');  // more chunks behind INIT are invalid
    return bytes;
}

}  // namespace

void put16(Bytes& bytes, std::uint16_t value) {
    bytes.push_back(static_cast<std::uint8_t>(value >> 8));
    bytes.push_back(static_cast<std::uint8_t>(value));
}

void put32(Bytes& bytes, std::uint32_t value) {
    put16(bytes, static_cast<std::uint16_t>(value >> 16));
    put16(bytes, static_cast<std::uint16_t>(value));
}

void put_address(Bytes& bytes, const Address& address) {
    const int size = address.family == Family::v4 ? 4 : 16;
    for (int byte = size - 1; byte >= 0; --byte)
        bytes.push_back(static_cast<std::uint8_t>(address.value >> (8 * byte)));
}

Bytes datagram(const Packet& packet, const Rest& rest) {
    const bool v4 = packet.source.family == Family::v4;
    const bool later_fragment = field(packet, Field::fragment) != 0;
    const auto tos = static_cast<std::uint8_t>(field(packet, Field::tos));
    std::optional<std::size_t> checksum_at;
    Bytes body = transport(packet, rest, checksum_at);

    Bytes pseudo;
    put_address(pseudo, packet.source);
    put_address(pseudo, packet.destination);
    put32(pseudo, static_cast<std::uint32_t>(body.size()));
    put32(pseudo, packet.protocol);
    if (checksum_at && !later_fragment) {
        std::uint16_t sum = folded(sum16(body, packet.protocol == kIcmp ? 0 : sum16(pseudo, 0)));
        if (sum == 0 && packet.protocol != kTcp) sum = 0xffff;
        store16(body, *checksum_at, sum);
    }
    if (packet.protocol == kSctp) {
        const std::uint32_t sum = crc32c(body);
        for (int i = 0; i < 4; ++i) body[8 + static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(sum >> (8 * i));
    }

    Bytes bytes;
    if (v4) {
        bytes.push_back(0x45);
        bytes.push_back(tos);
        put16(bytes, static_cast<std::uint16_t>(20 + body.size()));
        put16(bytes, static_cast<std::uint16_t>(rest.id));
        put16(bytes, later_fragment ? 0x2000 | 10 : 0x4000);  // at byte 80, more to come; or: do not fragment
        bytes.push_back(rest.hop_limit);
        bytes.push_back(packet.protocol);
        put16(bytes, 0);
    } else {
        put32(bytes, 6u << 28 | static_cast<std::uint32_t>(tos) << 20 | rest.id);
        put16(bytes, static_cast<std::uint16_t>(body.size()));
        bytes.push_back(packet.protocol);
        bytes.push_back(rest.hop_limit);
    }
    put_address(bytes, packet.source);
    put_address(bytes, packet.destination);
    if (v4) store16(bytes, 10, folded(sum16(bytes, 0)));
    bytes.insert(bytes.end(), body.begin(), body.end());
    return bytes;
}

std::uint32_t id_of(const std::uint8_t* bytes) {
    const auto at = [&](int i) { return static_cast<std::uint32_t>(bytes[i]); };
    return bytes[0] >> 4 == 4 ? at(4) << 8 | at(5) : (at(1) & 0xf) << 16 | at(2) << 8 | at(3);
}

}  // namespace fwproof::kernel
