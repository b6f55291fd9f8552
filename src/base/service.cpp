#include "fwproof/base/service.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace fwproof {

namespace {

constexpr auto kProtocols = std::to_array<std::pair<std::string_view, std::uint8_t>>({
#define FWPROOF_PROTOCOL(name, number) {name, number},
#include "protocols.def"
#undef FWPROOF_PROTOCOL
});

template <class T>
std::optional<T> parse_number(std::string_view text) {
    T number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

}  // namespace

bool has_ports(std::uint8_t protocol) {
    return protocol == kTcp || protocol == kUdp || protocol == kDccp || protocol == kSctp || protocol == kUdpLite;
}

bool has_icmp_type(std::uint8_t protocol) { return protocol == kIcmp || protocol == kIcmp6; }

std::string protocol_name(std::uint8_t protocol) {
    for (const auto& [name, number] : kProtocols) {
        if (number == protocol) return std::string(name);
    }
    return std::to_string(protocol);
}

std::optional<std::uint8_t> parse_protocol(std::string_view text) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    for (const auto& [name, number] : kProtocols) {
        if (name == lower) return number;
    }
    return parse_number<std::uint8_t>(text);
}

bool ServiceTerm::is_all() const { return *this == ServiceTerm{}; }

ServiceSetRef share(ServiceSet set) { return std::make_shared<const ServiceSet>(std::move(set)); }

ServiceSetRef service(std::uint8_t protocol) {
    ServiceTerm term;
    term.protocols = ProtocolSet::of(protocol);
    return share({{term}});
}

ServiceSetRef service(std::uint8_t protocol, PortSet destination_ports) {
    ServiceTerm term;
    term.protocols = ProtocolSet::of(protocol);
    term.destination_ports = std::move(destination_ports);
    return share({{term}});
}

std::string to_string(const PortSet& ports) {
    if (ports.is_all()) return "any";
    if (ports.empty()) return "none";
    std::string text;
    for (const auto& [first, last] : ports.intervals()) {
        if (!text.empty()) text += ",";
        text += first == last ? fmt::format("{}", first) : fmt::format("{}-{}", first, last);
    }
    return text;
}

namespace {

std::string protocols_text(const ProtocolSet& protocols) {
    if (protocols.is_all()) return "any";
    if (protocols.empty()) return "none";
    std::string text;
    for (const auto& [first, last] : protocols.intervals()) {
        if (!text.empty()) text += "+";
        text += first == last ? protocol_name(first) : fmt::format("{}-{}", first, last);
    }
    return text;
}

std::string icmp_text(const IcmpSet& types) {
    std::string text;
    for (const auto& [first, last] : types.intervals()) {
        if (!text.empty()) text += ",";
        const int type = first >> 8;
        const int last_type = last >> 8;
        const int code = first & 0xff;
        const int last_code = last & 0xff;
        if (code == 0 && last_code == 0xff) {
            text += type == last_type ? fmt::format("{}", type) : fmt::format("{}-{}", type, last_type);
        } else if (first == last) {
            text += fmt::format("{}/{}", type, code);
        } else {
            text += fmt::format("{}/{}-{}/{}", type, code, last_type, last_code);
        }
    }
    return text.empty() ? "none" : text;
}

}  // namespace

std::string to_string(const ServiceTerm& term) {
    std::string text = protocols_text(term.protocols);
    if (!term.destination_ports.is_all()) text += "/" + to_string(term.destination_ports);
    if (!term.icmp.is_all()) text += "/" + icmp_text(term.icmp);
    if (!term.source_ports.is_all()) text += " from " + to_string(term.source_ports);
    if (!term.tcp_flags.is_all()) {
        text += " flags ";
        bool first_interval = true;
        for (const auto& [first, last] : term.tcp_flags.intervals()) {
            if (!first_interval) text += ",";
            first_interval = false;
            text += first == last ? fmt::format("0x{:02x}", first) : fmt::format("0x{:02x}-0x{:02x}", first, last);
        }
        if (term.tcp_flags.empty()) text += "none";
    }
    return text;
}

std::string to_string(const ServiceSet& set) {
    std::string text;
    for (const auto& term : set.terms) {
        if (!text.empty()) text += ", ";
        text += to_string(term);
    }
    return text.empty() ? "none" : text;
}

std::optional<PortSet> parse_ports(std::string_view text) {
    if (text == "any") return PortSet::all();
    std::vector<Interval<std::uint16_t>> intervals;
    while (true) {
        const auto comma = text.find(',');
        const std::string_view part = text.substr(0, comma);
        const auto dash = part.find('-');
        const auto first = parse_number<std::uint16_t>(part.substr(0, dash));
        const auto last = dash == std::string_view::npos ? first : parse_number<std::uint16_t>(part.substr(dash + 1));
        if (!first || !last || *last < *first) return std::nullopt;
        intervals.push_back({*first, *last});
        if (comma == std::string_view::npos) return PortSet(std::move(intervals));
        text.remove_prefix(comma + 1);
    }
}

}  // namespace fwproof
