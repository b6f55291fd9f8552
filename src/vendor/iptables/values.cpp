#include "vendor/iptables/values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include "fwproof/base/letters.hpp"

namespace fwproof::iptables {

namespace {

constexpr int kMostFreeBits = 12;

bool is_digits(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Numbers with dots between them, each decimal, octal (010) or hexadecimal. Up to 255 each, they are the first octets,
// as iptables reads them; otherwise the C library reads the last one as all octets that are left.
std::optional<std::uint32_t> parse_short_ipv4(std::string_view text) {
    std::uint64_t parts[4] = {};
    std::size_t count = 0;
    bool octets = true;
    while (true) {
        const auto dot = text.find('.');
        const auto part = parse_number(text.substr(0, dot), 0xffffffff);
        if (!part || count == 4) return std::nullopt;
        octets = octets && *part <= 255;
        parts[count++] = *part;
        if (dot == std::string_view::npos) break;
        text.remove_prefix(dot + 1);
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8 | (i < count ? parts[i] : 0);
    if (octets) return static_cast<std::uint32_t>(value);
    value = 0;
    for (std::size_t i = 0; i + 1 < count; ++i) {
        if (parts[i] > 255) return std::nullopt;
        value |= parts[i] << (24 - 8 * i);
    }
    if (parts[count - 1] >> (8 * (5 - count)) != 0) return std::nullopt;
    return static_cast<std::uint32_t>(value | parts[count - 1]);
}

// Every a with (a & mask) == (value & mask), for masks that AddressSet::masked gives up too: up to 4096 intervals.
std::optional<IntervalSet<std::uint32_t>> masked(std::uint32_t value, std::uint32_t mask) {
    if (auto set = AddressSet::masked(value, mask)) return std::move(set->v4);
    const std::uint32_t low = mask & ~(mask - 1);   // lowest fixed bit
    const std::uint32_t free = ~mask & ~(low - 1);  // free bits above it
    if (__builtin_popcount(free) > kMostFreeBits) return std::nullopt;
    std::vector<Interval<std::uint32_t>> intervals;
    std::uint32_t choice = 0;
    do {  // all subsets of the free bits, ascending
        const std::uint32_t first = (value & mask) | choice;
        intervals.push_back({first, first | (low - 1)});
        choice = (choice - free) & free;
    } while (choice != 0);
    return IntervalSet<std::uint32_t>(std::move(intervals));
}

std::optional<AddressWord> parse_ipv4_word(std::string_view address, std::optional<std::string_view> mask_text) {
    AddressWord word;
    std::uint32_t mask = ~std::uint32_t{0};
    if (mask_text) {
        const bool sign = mask_text->starts_with("+");  // the C library reads past it
        if (const auto length = parse_number(mask_text->substr(sign ? 1 : 0), 32)) {
            mask = *length == 0 ? 0 : ~std::uint32_t{0} << (32 - *length);
        } else {
            const auto dotted = parse_short_ipv4(*mask_text);
            if (!dotted || std::count(mask_text->begin(), mask_text->end(), '.') != 3) return std::nullopt;
            mask = *dotted;
        }
    }
    // With a mask of nothing the name is not even looked at: "any/0".
    const auto value = mask == 0 ? std::uint32_t{0} : parse_short_ipv4(address);
    if (!value) return std::nullopt;
    word.host_bits = (*value & ~mask) != 0;
    word.odd_mask = !netmask_length(mask);
    if (auto set = masked(*value, mask)) {
        word.addresses = {std::move(*set), {}};
    } else {
        word.exact = false;
        word.addresses = AddressSet::any4();
    }
    return word;
}

std::optional<AddressWord> parse_ipv6_word(std::string_view address_text, std::optional<std::string_view> mask_text) {
    AddressWord word;
    uint128 mask = ~uint128{0};
    if (mask_text) {
        if (is_digits(*mask_text)) {
            const auto length = parse_number(*mask_text, 128);
            if (!length || mask_text->size() > 3) return std::nullopt;
            mask = *length == 0 ? 0 : ~uint128{0} << (128 - *length);
        } else {
            const auto parsed = parse_address(*mask_text);
            if (!parsed || parsed->family != Family::v6) return std::nullopt;
            mask = parsed->value;
        }
    }
    const auto address = mask == 0 ? Address{Family::v6, 0} : parse_address(address_text);
    if (!address || address->family != Family::v6) return std::nullopt;
    word.host_bits = (address->value & ~mask) != 0;
    const uint128 inverted = ~mask;
    if ((inverted & (inverted + 1)) != 0) {
        word.odd_mask = true;
        word.exact = false;
        word.addresses = AddressSet::any6();
        return word;
    }
    const uint128 first = address->value & mask;
    word.addresses.v6 = IntervalSet<uint128>::range(first, first | inverted);
    return word;
}

struct Service {
    std::string_view name;
    std::uint16_t port;
};

constexpr auto kServices = std::to_array<Service>({
#define FWPROOF_SERVICE(name, port, tcp, udp, other) {name, port},
#include "vendor/iptables/services.def"
#undef FWPROOF_SERVICE
});

struct IcmpName {
    std::string_view name;
    std::uint8_t type;
    int code;
};

constexpr auto kIcmpNames = std::to_array<IcmpName>({
#define FWPROOF_ICMP_TYPE(name, type, code) {name, type, code},
#include "vendor/iptables/icmp_types.def"
#undef FWPROOF_ICMP_TYPE
});

constexpr auto kIcmp6Names = std::to_array<IcmpName>({
#define FWPROOF_ICMP6_TYPE(name, type, code) {name, type, code},
#include "vendor/iptables/icmp_types.def"
#undef FWPROOF_ICMP6_TYPE
});

// Calls `each` for every part between commas; stops when it says false.
template <class Each>
bool split_commas(std::string_view text, Each each) {
    while (true) {
        const auto comma = text.find(',');
        if (!each(text.substr(0, comma))) return false;
        if (comma == std::string_view::npos) return true;
        text.remove_prefix(comma + 1);
    }
}

}  // namespace

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (true) {
        const auto at = text.find(separator);
        parts.push_back(text.substr(0, at));
        if (at == std::string_view::npos) return parts;
        text.remove_prefix(at + 1);
    }
}

std::optional<std::uint64_t> parse_number(std::string_view text, std::uint64_t max) {
    int base = 10;
    if (text.size() > 1 && text[0] == '0') {
        const bool hex = text[1] == 'x' || text[1] == 'X';
        base = hex ? 16 : 8;
        text.remove_prefix(hex ? 2 : 1);
    }
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc() || end != text.data() + text.size() || text.empty() || value > max) return std::nullopt;
    return value;
}

std::optional<ValueMask> parse_value_mask(std::string_view text) {
    const auto slash = text.find('/');
    const auto value = parse_number(text.substr(0, slash), 0xffffffff);
    if (!value) return std::nullopt;
    ValueMask result{static_cast<std::uint32_t>(*value), ~std::uint32_t{0}, false};
    if (slash != std::string_view::npos) {
        const auto mask = parse_number(text.substr(slash + 1), 0xffffffff);
        if (!mask) return std::nullopt;
        result.mask = static_cast<std::uint32_t>(*mask);
        result.masked = true;
    }
    return result;
}

std::optional<std::uint8_t> parse_protocol_word(std::string_view text) {
    if (text == "tcp") return kTcp;
    if (text == "udp") return kUdp;
    if (const auto number = parse_number(text, 255)) return static_cast<std::uint8_t>(*number);
    const std::string name = lower_case(text);
    struct Name {
        std::string_view name;
        std::uint8_t number;
    };
    static constexpr auto kNames = std::to_array<Name>({
#define FWPROOF_PROTOCOL(name, number) {name, number},
#include "vendor/iptables/protocols.def"
#undef FWPROOF_PROTOCOL
    });
    for (const auto& entry : kNames) {
        if (entry.name == name) return entry.number;
    }
    if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return std::nullopt;
    return parse_protocol(name);
}

std::optional<AddressWord> parse_address_word(std::string_view text, Family family) {
    const auto slash = text.find('/');
    std::optional<std::string_view> mask;
    if (slash != std::string_view::npos) mask = text.substr(slash + 1);
    const std::string_view address = text.substr(0, slash);
    return family == Family::v4 ? parse_ipv4_word(address, mask) : parse_ipv6_word(address, mask);
}

bool names_network(std::string_view text, Family family) {
    const auto slash = text.find('/');
    if (!looks_like_host_name(text.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    const std::string any = family == Family::v4 ? "0.0.0.0" : "::";
    return parse_address_word(any + std::string(text.substr(slash)), family).has_value();
}

bool looks_like_host_name(std::string_view text) {
    bool letter = false;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        letter = letter || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || byte >= 0x80;
        const bool graphic = byte > ' ' && byte != 0x7f;
        if (!graphic || c == '/' || c == ':' || c == ',' || c == '!') return false;
    }
    return letter && text.front() != '-' && text.front() != '.' && text.size() < 254;
}

std::optional<AddressSet> parse_address_range(std::string_view text, Family family) {
    const auto read = [&](std::string_view word) -> std::optional<Address> {
        if (family == Family::v6) return parse_address(word);
        const auto value = parse_short_ipv4(word);
        return value ? std::optional(Address{Family::v4, *value}) : std::nullopt;
    };
    const auto dash = text.find('-');
    const auto first = read(text.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : read(text.substr(dash + 1));
    if (!first || !last || first->family != family || last->family != family) return std::nullopt;
    return AddressSet::range(*first, *last);
}

AddressSet union_of(const std::vector<AddressSet>& parts) {
    std::vector<Interval<std::uint32_t>> v4;
    std::vector<Interval<uint128>> v6;
    for (const auto& part : parts) {
        v4.insert(v4.end(), part.v4.intervals().begin(), part.v4.intervals().end());
        v6.insert(v6.end(), part.v6.intervals().begin(), part.v6.intervals().end());
    }
    return {IntervalSet<std::uint32_t>(std::move(v4)), IntervalSet<uint128>(std::move(v6))};
}

std::optional<std::uint16_t> parse_port(std::string_view text, PortDigits digits) {
    if (digits == PortDigits::decimal && text.starts_with("0")) {
        while (text.size() > 1 && text[0] == '0') text.remove_prefix(1);
        if (text[0] < '0' || text[0] > '9') return std::nullopt;  // 0x50
    }
    if (const auto number = parse_number(text, 65535)) return static_cast<std::uint16_t>(*number);
    const auto found =
        std::lower_bound(kServices.begin(), kServices.end(), text,
                         [](const Service& service, std::string_view name) { return service.name < name; });
    if (found == kServices.end() || found->name != text) return std::nullopt;
    return found->port;
}

std::optional<PortSet> parse_port_range(std::string_view text, PortDigits digits) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) {
        const auto port = parse_port(text, digits);
        if (!port) return std::nullopt;
        return PortSet::of(*port);
    }
    const std::string_view low = text.substr(0, colon), high = text.substr(colon + 1);
    const auto first = low.empty() ? std::optional<std::uint16_t>(0) : parse_port(low, digits);
    const auto last = high.empty() ? std::optional<std::uint16_t>(65535) : parse_port(high, digits);
    if (!first || !last || *last < *first) return std::nullopt;
    return PortSet::range(*first, *last);
}

bool parse_reversed_ports(std::string_view text) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return false;
    const auto first = parse_port(text.substr(0, colon)), last = parse_port(text.substr(colon + 1));
    return first && last && *last < *first;
}

std::optional<PortSet> parse_port_list(std::string_view text, std::string& reason) {
    std::vector<Interval<std::uint16_t>> intervals;
    int slots = 0;
    const bool ok = split_commas(text, [&](std::string_view part) {
        const auto colon = part.find(':');
        const auto first = parse_port(part.substr(0, colon));
        const auto last = colon == std::string_view::npos ? first : parse_port(part.substr(colon + 1));
        slots += colon == std::string_view::npos ? 1 : 2;
        if (!first || !last) {
            reason = "is no list of ports";
        } else if (colon != std::string_view::npos && *last <= *first) {
            reason = "has a range that does not ascend";
        } else if (slots > 15) {
            reason = "has more than 15 ports (a range counts as two)";
        } else {
            intervals.push_back({*first, *last});
            return true;
        }
        return false;
    });
    if (!ok) return std::nullopt;
    return PortSet(std::move(intervals));
}

std::optional<IcmpSet> parse_icmp_type(std::string_view text, Family family) {
    if (family == Family::v4 && text == "any") return IcmpSet::all();
    const std::string name = lower_case(text);
    const auto search = [&](std::span<const IcmpName> names) -> std::optional<IcmpSet> {
        const IcmpName* found = nullptr;
        for (const auto& entry : names) {  // an unambiguous beginning is enough
            const std::string known = lower_case(entry.name);
            if (known == name) {
                found = &entry;
                break;
            }
            if (known.starts_with(name)) {
                if (found) return std::nullopt;
                found = &entry;
            }
        }
        if (!found) return std::nullopt;
        return found->code < 0 ? icmp_type(found->type)
                               : icmp_code(found->type, static_cast<std::uint8_t>(found->code));
    };
    if (!name.empty() && (name[0] < '0' || name[0] > '9')) {
        return family == Family::v4 ? search(kIcmpNames) : search(kIcmp6Names);
    }
    const auto slash = text.find('/');
    const auto type = parse_number(text.substr(0, slash), 255);
    if (!type) return std::nullopt;
    const auto code = slash == std::string_view::npos ? std::nullopt : parse_number(text.substr(slash + 1), 255);
    if (slash != std::string_view::npos && !code) return std::nullopt;
    // The kernel's own "any": type 255 of IPv4, whatever code stands beside it.
    if (family == Family::v4 && *type == 255) return IcmpSet::all();
    if (!code) return icmp_type(static_cast<std::uint8_t>(*type));
    return icmp_code(static_cast<std::uint8_t>(*type), static_cast<std::uint8_t>(*code));
}

std::optional<std::uint8_t> parse_tcp_flag_list(std::string_view text) {
    struct Name {
        std::string_view name;
        std::uint8_t bits;
    };
    constexpr auto kFlags = std::to_array<Name>({{"SYN", kSyn},
                                                 {"ACK", kAck},
                                                 {"FIN", kFin},
                                                 {"RST", kRst},
                                                 {"URG", kUrg},
                                                 {"PSH", kPsh},
                                                 {"ALL", 0x3f},
                                                 {"NONE", 0}});
    std::uint8_t bits = 0;
    const bool ok = split_commas(text, [&](std::string_view part) {
        if (part.empty()) return true;  // commas in a row are one
        const std::string name = lower_case(part);
        const auto found =
            std::find_if(kFlags.begin(), kFlags.end(), [&](const Name& flag) { return lower_case(flag.name) == name; });
        if (found == kFlags.end()) return false;
        bits = static_cast<std::uint8_t>(bits | found->bits);
        return true;
    });
    if (!ok) return std::nullopt;
    return bits;
}

std::optional<StateWords> parse_states(std::string_view text) {
    StateWords words;
    const bool ok = split_commas(text, [&](std::string_view part) {
        if (part.empty()) return false;
        const std::string name = lower_case(part);
        const auto begins = [&](std::string_view word) { return word.starts_with(name); };  // as iptables compares
        if (begins("invalid")) {
            words.states = words.states | State::invalid;
        } else if (begins("new")) {
            words.states = words.states | State::new_;
        } else if (begins("established")) {
            words.states = words.states | State::established;
        } else if (begins("related")) {
            words.states = words.states | State::related;
        } else if (begins("untracked")) {
            words.states = words.states | State::untracked;
        } else if (begins("snat")) {
            words.snat = true;
        } else if (begins("dnat")) {
            words.dnat = true;
        } else {
            return false;
        }
        return true;
    });
    if (!ok) return std::nullopt;
    return words;
}

std::optional<std::uint64_t> parse_mac(std::string_view text) {
    std::uint64_t value = 0;
    for (int octets = 1; octets <= 6; ++octets) {
        const std::string_view part = text.substr(0, text.find(':'));
        unsigned octet = 0;
        const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), octet, 16);
        const bool read = part.empty() || (error == std::errc() && end == part.data() + part.size());
        if (!read || part.size() > 2) return std::nullopt;
        value = value << 8 | octet;
        if ((part.size() == text.size()) != (octets == 6)) return std::nullopt;
        text.remove_prefix(std::min(part.size() + 1, text.size()));
    }
    return value;
}

std::optional<InterfacePattern> parse_interface(std::string_view text) {
    if (text.empty() || text.size() > 15) return std::nullopt;
    if (text.find('\0') != std::string_view::npos) return std::nullopt;
    if (text.back() == '+') return InterfacePattern{std::string(text.substr(0, text.size() - 1)), true};
    return InterfacePattern{std::string(text), false};
}

std::optional<IntervalSet<std::uint64_t>> parse_number_range(std::string_view text, std::uint64_t max) {
    const auto colon = text.find(':');
    const std::string_view low = text.substr(0, colon);
    const auto first =
        low.empty() && colon != std::string_view::npos ? std::optional<std::uint64_t>(0) : parse_number(low, max);
    auto last = first;
    if (colon != std::string_view::npos) {
        const std::string_view high = text.substr(colon + 1);
        last = high.empty() ? std::optional<std::uint64_t>(max) : parse_number(high, max);
    }
    if (!first || !last) return std::nullopt;
    if (*last < *first) return IntervalSet<std::uint64_t>();
    return IntervalSet<std::uint64_t>::range(*first, *last);
}

}  // namespace fwproof::iptables
