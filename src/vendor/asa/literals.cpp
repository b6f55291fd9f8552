#include "vendor/asa/literals.hpp"

#include <array>
#include <charconv>
#include <unordered_map>

#include "fwproof/base/service.hpp"

namespace fwproof::asa {

namespace {

struct PortWord {
    std::string_view word;
    std::uint16_t port;
    bool tcp;
    bool udp;
};
constexpr auto kPorts = std::to_array<PortWord>({
#define FWPROOF_ASA_PORT(word, port, tcp, udp) {word, port, (tcp) != 0, (udp) != 0},
#include "vendor/asa/ports.def"
#undef FWPROOF_ASA_PORT
});

struct ProtocolWord {
    std::string_view word;
    std::uint8_t number;
};
constexpr auto kProtocols = std::to_array<ProtocolWord>({
#define FWPROOF_ASA_PROTOCOL(word, number) {word, number},
#include "vendor/asa/protocols.def"
#undef FWPROOF_ASA_PROTOCOL
});

struct IcmpWord {
    std::string_view word;
    int icmp;
    int icmp6;
};
constexpr auto kIcmpWords = std::to_array<IcmpWord>({
#define FWPROOF_ASA_ICMP(word, icmp, icmp6) {word, icmp, icmp6},
#include "vendor/asa/icmp_types.def"
#undef FWPROOF_ASA_ICMP
});

template <class Row, std::size_t size>
const Row* find_row(const std::array<Row, size>& rows, std::string_view word) {
    static const auto index = [&rows] {
        std::unordered_map<std::string_view, const Row*> map;
        for (const auto& row : rows) map.emplace(row.word, &row);
        return map;
    }();
    const auto found = index.find(word);
    return found == index.end() ? nullptr : found->second;
}

bool known_for(const PortWord& row, std::uint8_t protocol) {
    return (protocol == kTcp && row.tcp) || (protocol == kUdp && row.udp);
}

}  // namespace

std::optional<std::uint32_t> parse_decimal(std::string_view word, std::uint32_t limit) {
    if (word.empty() || word[0] < '0' || word[0] > '9') return std::nullopt;
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc() || end != word.data() + word.size() || value > limit) return std::nullopt;
    return value;
}

std::optional<std::uint16_t> port_of(std::string_view word, std::uint8_t protocol) {
    if (const auto number = parse_decimal(word, 65535)) return static_cast<std::uint16_t>(*number);
    const PortWord* row = find_row(kPorts, word);
    if (!row || !known_for(*row, protocol)) return std::nullopt;
    return row->port;
}

std::optional<std::uint16_t> port_of_both(std::string_view word) {
    const auto tcp = port_of(word, kTcp);
    return tcp && tcp == port_of(word, kUdp) ? tcp : std::nullopt;
}

std::string port_word_protocols(std::string_view word) {
    const PortWord* row = find_row(kPorts, word);
    if (!row) return "";
    if (row->tcp && row->udp) return "tcp and udp";
    return row->tcp ? "tcp" : "udp";
}

std::optional<std::uint8_t> protocol_of(std::string_view word) {
    if (const auto number = parse_decimal(word, 255)) return static_cast<std::uint8_t>(*number);
    const ProtocolWord* row = find_row(kProtocols, word);
    return row ? std::optional(row->number) : std::nullopt;
}

std::optional<std::uint8_t> icmp_type_of(std::string_view word, std::uint8_t protocol) {
    if (const auto number = parse_decimal(word, 255)) return static_cast<std::uint8_t>(*number);
    const IcmpWord* row = find_row(kIcmpWords, word);
    const int type = row ? (protocol == kIcmp6 ? row->icmp6 : row->icmp) : -1;
    return type < 0 ? std::nullopt : std::optional(static_cast<std::uint8_t>(type));
}

std::vector<std::string> port_words(std::uint8_t protocol) {
    std::vector<std::string> words;
    for (const auto& row : kPorts) {
        if (known_for(row, protocol)) words.emplace_back(row.word);
    }
    return words;
}

std::vector<std::string> protocol_words() {
    std::vector<std::string> words = {"ip"};
    for (const auto& row : kProtocols) words.emplace_back(row.word);
    return words;
}

std::vector<std::string> icmp_words(std::uint8_t protocol) {
    std::vector<std::string> words;
    for (const auto& row : kIcmpWords) {
        if ((protocol == kIcmp6 ? row.icmp6 : row.icmp) >= 0) words.emplace_back(row.word);
    }
    return words;
}

std::string port_text(std::uint16_t port, std::uint8_t protocol) {
    // Of two words for one number a device prints the one that is no alias.
    constexpr std::array<std::string_view, 3> kAliases = {"http", "rpc", "cmd"};
    for (const auto& row : kPorts) {
        if (row.port != port || !known_for(row, protocol)) continue;
        bool alias = false;
        for (const auto word : kAliases) alias = alias || word == row.word;
        if (!alias) return std::string(row.word);
    }
    return std::to_string(port);
}

}  // namespace fwproof::asa
