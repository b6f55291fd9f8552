#include "fwproof/base/service.hpp"
#include "fwproof/base/letters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "fwproof/base/notation.hpp"

namespace fwproof {

namespace {

constexpr auto kProtocols = std::to_array<std::pair<std::string_view, std::uint8_t>>({
#define FWPROOF_PROTOCOL(name, number) {name, number},
#include "protocols.def"
#undef FWPROOF_PROTOCOL
});

constexpr std::array<std::string_view, 8> kFlagNames = {"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"};

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
    const std::string lower = lower_case(text);
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
    if (protocols.empty()) return "no-protocol";
    std::string text;
    for (const auto& [first, last] : protocols.intervals()) {
        if (!text.empty()) text += "+";
        text += first == last ? protocol_name(first) : fmt::format("{}-{}", first, last);
    }
    return text;
}

bool only_icmp(const ProtocolSet& protocols) {
    return !protocols.empty() && protocols.subset_of(ProtocolSet{{kIcmp, kIcmp}, {kIcmp6, kIcmp6}});
}

}  // namespace

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

std::string tcp_flags_text(const IntervalSet<std::uint8_t>& flags) {
    const auto& intervals = flags.intervals();
    if (intervals.empty()) return "never";
    std::string text;
    if (intervals.size() == 1 && intervals[0].first == intervals[0].last) {
        for (std::size_t bit = 0; bit < kFlagNames.size(); ++bit) {
            if ((intervals[0].first >> bit & 1) == 0) continue;
            if (!text.empty()) text += ",";
            text += kFlagNames[bit];
        }
        return text.empty() ? "none" : text;
    }
    for (const auto& [first, last] : intervals) {
        if (!text.empty()) text += ",";
        text += first == last ? fmt::format("0x{:02x}", first) : fmt::format("0x{:02x}-0x{:02x}", first, last);
    }
    return text;
}

// What stands behind the slash is types where every protocol is an ICMP, else destination ports; the other kind is then
// said in words, so that every term can be read back.
std::string to_string(const ServiceTerm& term) {
    std::string text = protocols_text(term.protocols);
    const bool types = only_icmp(term.protocols);
    if (!term.icmp.is_all() && types) text += "/" + icmp_text(term.icmp);
    if (!term.destination_ports.is_all()) text += (types ? " to " : "/") + to_string(term.destination_ports);
    if (!term.source_ports.is_all()) text += " from " + to_string(term.source_ports);
    if (!term.icmp.is_all() && !types) text += " icmp " + icmp_text(term.icmp);
    if (!term.tcp_flags.is_all()) text += " flags " + tcp_flags_text(term.tcp_flags);
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

namespace {

// Comma-separated parts, each read by `part`; their union.
template <class T, class ReadPart>
std::optional<IntervalSet<T>> parse_parts(std::string_view text, const ReadPart& part) {
    std::vector<Interval<T>> intervals;
    while (true) {
        const auto comma = text.find(',');
        const std::optional<Interval<T>> interval = part(text.substr(0, comma));
        if (!interval || interval->last < interval->first) return std::nullopt;
        intervals.push_back(*interval);
        if (comma == std::string_view::npos) return IntervalSet<T>(std::move(intervals));
        text.remove_prefix(comma + 1);
    }
}

// "a" or "a-b", each end read by `end`, which says the lowest and highest number that the text can mean.
template <class T, class ReadEnd>
std::optional<Interval<T>> parse_interval(std::string_view text, const ReadEnd& end) {
    const auto dash = text.find('-');
    const std::optional<Interval<T>> first = end(text.substr(0, dash));
    const std::optional<Interval<T>> last = dash == std::string_view::npos ? first : end(text.substr(dash + 1));
    if (!first || !last) return std::nullopt;
    return Interval<T>{first->first, last->last};
}

std::optional<Interval<std::uint16_t>> parse_type_code(std::string_view text) {
    const auto slash = text.find('/');
    const auto type = parse_number<std::uint8_t>(text.substr(0, slash));
    if (!type) return std::nullopt;
    if (slash == std::string_view::npos) return icmp_type(*type).intervals()[0];
    const auto code = parse_number<std::uint8_t>(text.substr(slash + 1));
    if (!code) return std::nullopt;
    return icmp_code(*type, *code).intervals()[0];
}

std::optional<Interval<std::uint8_t>> parse_flag_value(std::string_view text) {
    if (!text.starts_with("0x") || text.size() > 4) return std::nullopt;
    std::uint8_t value = 0;
    const auto [end, error] = std::from_chars(text.data() + 2, text.data() + text.size(), value, 16);
    if (text.size() < 3 || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return Interval<std::uint8_t>{value, value};
}

std::optional<ProtocolSet> parse_protocols(std::string_view text) {
    if (text == "any") return ProtocolSet::all();
    if (text == "no-protocol") return ProtocolSet{};
    std::vector<Interval<std::uint8_t>> intervals;
    while (true) {
        const auto plus = text.find('+');
        const std::string_view part = text.substr(0, plus);
        if (const auto one = parse_protocol(part)) {
            intervals.push_back({*one, *one});
        } else {
            const auto range = parse_interval<std::uint8_t>(part, [](std::string_view end) {
                const auto number = parse_number<std::uint8_t>(end);
                return number ? std::optional(Interval<std::uint8_t>{*number, *number}) : std::nullopt;
            });
            if (!range || range->last < range->first) return std::nullopt;
            intervals.push_back(*range);
        }
        if (plus == std::string_view::npos) return ProtocolSet(std::move(intervals));
        text.remove_prefix(plus + 1);
    }
}

std::optional<ServiceTerm> parse_term(std::string_view text) {
    const auto take = [&text] {
        const auto start = std::min(text.find_first_not_of(' '), text.size());
        text.remove_prefix(start);
        const std::string_view word = text.substr(0, text.find(' '));
        text.remove_prefix(word.size());
        return word;
    };
    const std::string_view head = take();
    const auto slash = head.find('/');
    const auto protocols = parse_protocols(head.substr(0, slash));
    if (!protocols) return std::nullopt;
    ServiceTerm term;
    term.protocols = *protocols;
    const auto set = [](auto& field, const auto& value) {
        if (value) field = *value;
        return value.has_value();
    };
    if (slash != std::string_view::npos) {
        const std::string_view rest = head.substr(slash + 1);
        const bool good = only_icmp(term.protocols) ? set(term.icmp, parse_icmp(rest))
                                                    : set(term.destination_ports, parse_ports(rest));
        if (!good) return std::nullopt;
    }
    while (true) {
        const std::string_view key = take();
        if (key.empty()) return term;
        const std::string_view value = take();
        const bool good = key == "to"      ? set(term.destination_ports, parse_ports(value))
                          : key == "from"  ? set(term.source_ports, parse_ports(value))
                          : key == "icmp"  ? set(term.icmp, parse_icmp(value))
                          : key == "flags" ? set(term.tcp_flags, parse_tcp_flags(value))
                                           : false;
        if (!good) return std::nullopt;
    }
}

}  // namespace

std::optional<PortSet> parse_ports(std::string_view text) {
    if (text == "any") return PortSet::all();
    if (text == "none") return PortSet{};
    const auto port = [](std::string_view end) {
        const auto number = parse_number<std::uint16_t>(end);
        return number ? std::optional(Interval<std::uint16_t>{*number, *number}) : std::nullopt;
    };
    return parse_parts<std::uint16_t>(text,
                                      [&](std::string_view part) { return parse_interval<std::uint16_t>(part, port); });
}

std::optional<IcmpSet> parse_icmp(std::string_view text) {
    if (text == "any") return IcmpSet::all();
    if (text == "none") return IcmpSet{};
    return parse_parts<std::uint16_t>(
        text, [](std::string_view part) { return parse_interval<std::uint16_t>(part, parse_type_code); });
}

std::optional<IntervalSet<std::uint8_t>> parse_tcp_flags(std::string_view text) {
    using Flags = IntervalSet<std::uint8_t>;
    if (text == "any") return Flags::all();
    if (text == "none") return Flags::of(0);
    if (text == "never") return Flags{};
    if (text.starts_with("0x")) {
        return parse_parts<std::uint8_t>(
            text, [](std::string_view part) { return parse_interval<std::uint8_t>(part, parse_flag_value); });
    }
    std::uint8_t value = 0;
    while (true) {
        const auto comma = text.find(',');
        std::string name(text.substr(0, comma));
        std::transform(name.begin(), name.end(), name.begin(),
                       [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
        const auto found = std::find(kFlagNames.begin(), kFlagNames.end(), name);
        if (found == kFlagNames.end()) return std::nullopt;
        value = static_cast<std::uint8_t>(value | 1 << (found - kFlagNames.begin()));
        if (comma == std::string_view::npos) return Flags::of(value);
        text.remove_prefix(comma + 1);
    }
}

std::optional<ServiceSet> parse_services(std::string_view text) {
    ServiceSet set;
    if (text == "none") return set;
    while (true) {
        const auto end = text.find(", ");
        const auto term = parse_term(text.substr(0, end));
        if (!term) return std::nullopt;
        set.terms.push_back(*term);
        if (end == std::string_view::npos) return set;
        text.remove_prefix(end + 2);
    }
}

}  // namespace fwproof
