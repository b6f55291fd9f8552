#include "fwproof/packet/packet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "fwproof/base/notation.hpp"

namespace fwproof {

namespace {

bool contains(const ServiceTerm& term, const Packet& packet) {
    if (!term.protocols.contains(packet.protocol)) return false;
    if (has_ports(packet.protocol)) {
        if (!term.source_ports.contains(packet.source_port)) return false;
        if (!term.destination_ports.contains(packet.destination_port)) return false;
    } else if (!term.source_ports.is_all() || !term.destination_ports.is_all()) {
        return false;
    }
    if (has_icmp_type(packet.protocol)) {
        const auto type_code = static_cast<std::uint16_t>(packet.icmp_type << 8 | packet.icmp_code);
        if (!term.icmp.contains(type_code)) return false;
    } else if (!term.icmp.is_all()) {
        return false;
    }
    return packet.protocol == kTcp ? term.tcp_flags.contains(packet.tcp_flags) : term.tcp_flags.is_all();
}

std::string endpoint_text(const Address& address, const Packet& packet, std::uint16_t port) {
    if (!has_ports(packet.protocol)) return to_string(address);
    const std::string text = to_string(address);
    return address.family == Family::v6 ? fmt::format("[{}]:{}", text, port) : fmt::format("{}:{}", text, port);
}

std::string flags_text(std::uint8_t flags) {
    constexpr std::array<std::string_view, 8> kNames = {"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"};
    std::string text;
    for (std::size_t bit = 0; bit < kNames.size(); ++bit) {
        if ((flags >> bit & 1) == 0) continue;
        if (!text.empty()) text += ",";
        text += kNames[bit];
    }
    return text.empty() ? "none" : text;
}

}  // namespace

bool contains(const Product& product, const Packet& packet) {
    if (product.source && !product.source->contains(packet.source)) return false;
    if (product.destination && !product.destination->contains(packet.destination)) return false;
    if (!product.states.contains(packet.state)) return false;
    if (!product.in.contains(packet.in) || !product.out.contains(packet.out)) return false;
    for (const auto& test : product.fields) {
        const auto field = packet.fields.find(test.field);
        if (!test.values.contains(field == packet.fields.end() ? 0 : field->second)) return false;
    }
    if (!product.services) return true;
    const auto& terms = product.services->terms;
    return std::any_of(terms.begin(), terms.end(), [&](const ServiceTerm& term) { return contains(term, packet); });
}

std::string to_string(const Packet& packet) {
    // A flow by "icmp" is one of IPv4.
    const bool by_number = packet.protocol == kIcmp && packet.source.family == Family::v6;
    std::string text = fmt::format("{} {} > {}", by_number ? "1" : protocol_name(packet.protocol),
                                   endpoint_text(packet.source, packet, packet.source_port),
                                   endpoint_text(packet.destination, packet, packet.destination_port));
    const auto named = [](const std::string& name) { return !name.empty() && !name.starts_with(kOtherInterface); };
    if (named(packet.in)) text += " in " + to_string(InterfaceSet::of(packet.in));
    if (named(packet.out)) text += " out " + to_string(InterfaceSet::of(packet.out));
    if (packet.state != State::new_) text += fmt::format(" state {}", to_string(packet.state));
    const std::uint8_t usual_flags = packet.state == State::new_ ? kSyn : kAck;
    if (packet.protocol == kTcp && packet.tcp_flags != usual_flags) text += " flags " + flags_text(packet.tcp_flags);
    if (has_icmp_type(packet.protocol)) text += fmt::format(" icmp {}/{}", packet.icmp_type, packet.icmp_code);
    for (const auto& [field, value] : packet.fields) {
        if (field == Field::source_mac) {
            text += " mac " + mac_text(value);
        } else if (value != 0) {
            text += fmt::format(" {} {}", to_string(field), field_value_text(field, value));
        }
    }
    return text;
}

}  // namespace fwproof
