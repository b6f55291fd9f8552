#include "vendor/windows/values.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>

#include "vendor/windows/words.hpp"

namespace fwproof::windows {

namespace {

constexpr auto kPortKeywords = std::to_array<std::string_view>({
#define FWPROOF_PORT_KEYWORD(word, first, last, widest_first, widest_last) word,
#include "vendor/windows/port_keywords.def"
#undef FWPROOF_PORT_KEYWORD
});

constexpr auto kAddressKeywords = std::to_array<std::string_view>({
#define FWPROOF_ADDRESS_KEYWORD(word) word,
#include "vendor/windows/address_keywords.def"
#undef FWPROOF_ADDRESS_KEYWORD
});

template <std::size_t N>
std::optional<std::string_view> find_keyword(const std::array<std::string_view, N>& words, std::string_view value) {
    const auto* found = std::find_if(words.begin(), words.end(), [&](auto word) { return same_word(word, value); });
    if (found == words.end()) return std::nullopt;
    return *found;
}

// All of it can never be a host's end of a packet on a network. What holds more than that is a network like any other:
// 0.0.0.0/1 is half of the Internet.
bool is_loopback_or_unspecified(const Address& first, const Address& last) {
    if (first.family == Family::v6) return last.value <= 1;
    return last.value == 0 || (first.value >> 24 == 127 && last.value >> 24 == 127);
}

Taken add_range(AddressList& list, std::string_view value, const Address& first, const Address& last) {
    // Whoever writes the unspecified address may mean every address: it is in no list as a number.
    const bool unspecified = last.value == 0;
    if (first.family == Family::v4 && !unspecified) {
        list.v4.push_back({static_cast<std::uint32_t>(first.value), static_cast<std::uint32_t>(last.value)});
    } else if (!unspecified) {
        list.v6.push_back({first.value, last.value});
    }
    if (!is_loopback_or_unspecified(first, last)) return {};
    return Taken::rejected(fmt::format("{} is a loopback or unspecified address", value));
}

Taken add_prefix(AddressList& list, std::string_view value, std::string_view mask_text, const Address& address) {
    const int width = address.family == Family::v4 ? 32 : 128;
    std::optional<unsigned> length = number<unsigned>(mask_text);
    if (!length && address.family == Family::v4) {
        const auto mask = parse_address(mask_text);
        if (!mask || mask->family != Family::v4) return Taken::unknown();
        length = netmask_length(static_cast<std::uint32_t>(mask->value));
        if (!length) return Taken::rejected(fmt::format("the mask of {} is not contiguous", value));
    }
    if (!length || *length > static_cast<unsigned>(width)) return Taken::unknown();
    if (*length == 0) {
        constexpr auto kLast = std::numeric_limits<std::uint32_t>::max();
        if (width == 32)
            list.v4.push_back({0, kLast});
        else
            list.v6.push_back({0, ~uint128{0}});
        return Taken::rejected(fmt::format("{} has an empty mask", value));
    }
    const auto prefix = parse_prefix(fmt::format("{}/{}", to_string(address), *length));
    if (!prefix) return Taken::unknown();
    Taken taken = add_range(list, value, prefix->first(), prefix->last());
    if (prefix->address == address || !taken.error.empty()) return taken;
    return {true, {}, fmt::format("{} has bits below its mask; it is read as {}", value, to_string(*prefix))};
}

}  // namespace

bool is_port_keyword(std::string_view word) {
    return same_word(word, "RPC-EPMap") || find_keyword(kPortKeywords, word).has_value();
}

bool is_address_keyword(std::string_view word) { return find_keyword(kAddressKeywords, word).has_value(); }

std::optional<Error> check_keywords(const std::map<std::string, AddressSet>& addresses,
                                    const std::map<std::string, PortSet>& ports) {
    for (const auto& [word, set] : addresses) {
        if (!is_address_keyword(word))
            return Error{fmt::format("Windows has no address keyword '{}'", word),
                         fmt::format("the keywords are {}", fmt::join(kAddressKeywords, ", ")),
                         {}};
    }
    for (const auto& [word, set] : ports) {
        if (!find_keyword(kPortKeywords, word))
            return Error{fmt::format("Windows has no port keyword '{}' that could be told", word),
                         fmt::format("the keywords are {}", fmt::join(kPortKeywords, ", ")),
                         {}};
    }
    return std::nullopt;
}

Taken add_port(PortList& list, std::string_view value, bool local, SourceSpan span) {
    list.given = true;
    if (local && same_word(value, "RPC-EPMap")) {
        list.endpoint_mapper = true;
        list.ports.push_back({135, 135});
        return {};
    }
    if (const auto keyword = find_keyword(kPortKeywords, value)) {
        list.keywords.push_back({std::string(*keyword), Family::v4, span});
        return {};
    }
    const auto dash = value.find('-');
    const auto first = number<unsigned>(trimmed(value.substr(0, dash)));
    const auto last = dash == std::string_view::npos ? first : number<unsigned>(trimmed(value.substr(dash + 1)));
    if (!first || !last) {
        list.keywords.push_back({std::string(value), Family::v4, span});
        return Taken::unknown();
    }
    if (*last == 0) return Taken::rejected("port 0 is not a port");
    if (*first > 65535 || *last > 65535)
        return Taken::rejected(fmt::format("port {} is beyond 65535", std::max(*first, *last)));
    if (*last < *first) return Taken::rejected(fmt::format("port range {} ends before it begins", value));
    list.ports.push_back({static_cast<std::uint16_t>(*first), static_cast<std::uint16_t>(*last)});
    if (*first > 0) return {};
    // What netsh and the cmdlets name themselves: "0-65535".
    return {true, {}, fmt::format("port range {} begins with port 0, which no service has", value)};
}

namespace {

Taken add_numbers(AddressList& list, Family family, std::string_view value) {
    const auto dash = value.find('-');
    const auto slash = value.find('/');
    const auto first = parse_address(trimmed(value.substr(0, std::min(dash, slash))));
    if (!first || first->family != family) return Taken::unknown();
    if (slash != std::string_view::npos) return add_prefix(list, value, trimmed(value.substr(slash + 1)), *first);
    if (dash == std::string_view::npos) return add_range(list, value, *first, *first);
    const auto last = parse_address(trimmed(value.substr(dash + 1)));
    if (!last || last->family != family) return Taken::unknown();
    if (last->value < first->value)
        return Taken::rejected(fmt::format("address range {} ends before it begins", value));
    return add_range(list, value, *first, *last);
}

}  // namespace

Taken add_address(AddressList& list, Family family, std::string_view value, bool keywords, SourceSpan span) {
    list.given = true;
    if (keywords) {
        if (const auto keyword = find_keyword(kAddressKeywords, value)) {
            list.keywords.push_back({std::string(*keyword), family, span});
            return {};
        }
    }
    Taken taken = add_numbers(list, family, value);
    if (!taken.understood) list.keywords.push_back({std::string(value), family, span});
    return taken;
}

std::optional<IcmpSet> parse_icmp(std::string_view value) {
    const auto colon = value.find(':');
    const auto type = number<unsigned>(trimmed(value.substr(0, colon)));
    if (!type || *type > 255) return std::nullopt;
    const std::string_view code_text = colon == std::string_view::npos ? "*" : trimmed(value.substr(colon + 1));
    if (code_text == "*") return icmp_type(static_cast<std::uint8_t>(*type));
    const auto code = number<unsigned>(code_text);
    if (!code || *code > 256) return std::nullopt;
    if (*code == 256) return icmp_type(static_cast<std::uint8_t>(*type));
    return icmp_code(static_cast<std::uint8_t>(*type), static_cast<std::uint8_t>(*code));
}

}  // namespace fwproof::windows
