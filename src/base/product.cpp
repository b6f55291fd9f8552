#include "fwproof/base/product.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include "fwproof/base/field_range.hpp"
#include "fwproof/base/notation.hpp"

namespace fwproof {

namespace {

constexpr std::array<std::string_view, kStateCount> kStateNames = {"new", "established", "related", "invalid",
                                                                   "untracked"};

template <class T>
bool same_value(const std::shared_ptr<const T>& a, const std::shared_ptr<const T>& b) {
    return a == b || (a && b && *a == *b);
}

// What the protocol, the addresses and the words behind them say of a service.
struct ServiceWords {
    std::string protocol = "any";
    std::string source_ports;
    std::string destination_ports;
    std::string behind;
};

ServiceWords service_words(const ServiceSetRef& services, const SetWords& words_for) {
    if (!services) return {};
    if (const auto said = words_for.services ? words_for.services(*services) : std::nullopt) return {*said, "", "", ""};
    const auto& terms = services->terms;
    const bool plain = terms.size() == 1 && terms[0].protocols.intervals().size() == 1 &&
                       terms[0].protocols.intervals()[0].first == terms[0].protocols.intervals()[0].last;
    if (!plain) return {"{" + to_string(*services) + "}", "", "", ""};
    const ServiceTerm& term = terms[0];
    ServiceWords words;
    words.protocol = protocol_name(term.protocols.intervals()[0].first);
    if (!term.source_ports.is_all()) words.source_ports = ":" + to_string(term.source_ports);
    if (!term.destination_ports.is_all()) words.destination_ports = ":" + to_string(term.destination_ports);
    if (!term.tcp_flags.is_all()) words.behind += " flags " + tcp_flags_text(term.tcp_flags);
    if (!term.icmp.is_all()) words.behind += " icmp " + icmp_text(term.icmp);
    return words;
}

// Braces around several parts, and around a set that names everything where null would do.
std::string endpoint_text(const AddressSetRef& addresses, const std::string& ports, const SetWords& words_for) {
    if (!addresses) return "any" + ports;
    if (const auto said = words_for.addresses ? words_for.addresses(*addresses) : std::nullopt) return *said + ports;
    std::string text = to_string(*addresses);
    if (text.find(',') != std::string::npos || addresses->is_all()) return "{" + text + "}" + ports;
    if (!ports.empty() && text.find(':') != std::string::npos) return "[" + text + "]" + ports;
    return text + ports;
}

// The words of a field whose values are names.
std::span<const std::string_view> words_of(Field field) {
    static constexpr auto kKinds =
        std::to_array<std::string_view>({"unspecified", "unicast", "local", "broadcast", "anycast", "multicast",
                                         "blackhole", "unreachable", "prohibit"});
    static constexpr auto kTypes = std::to_array<std::string_view>({"unicast", "broadcast", "multicast"});
    static constexpr auto kDirections = std::to_array<std::string_view>({"original", "reply"});
    switch (field) {
        case Field::source_kind:
        case Field::destination_kind: return kKinds;
        case Field::packet_type: return kTypes;
        case Field::connection_direction: return kDirections;
        default: return {};
    }
}

std::string field_text(const FieldTest& test) {
    std::string text;
    const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ",") + part; };
    for (const auto& [first, last] : test.values.intervals()) {
        if (last < words_of(test.field).size()) {  // names have no order
            for (auto value = first; value <= last; ++value) add(field_value_text(test.field, value));
        } else if (first == last) {
            add(field_value_text(test.field, first));
        } else {
            add(field_value_text(test.field, first) + "-" + field_value_text(test.field, last));
        }
    }
    return text.empty() ? "never" : text;
}

std::string product_text(const Product& product, bool new_implied, const SetWords& words_for = {}) {
    const ServiceWords words = service_words(product.services, words_for);
    std::string text =
        fmt::format("{} {} > {}", words.protocol, endpoint_text(product.source, words.source_ports, words_for),
                    endpoint_text(product.destination, words.destination_ports, words_for));
    if (!product.in.is_all()) text += " in " + to_string(product.in);
    if (!product.out.is_all()) text += " out " + to_string(product.out);
    const bool implied = new_implied && product.states == StateSet(State::new_);
    if (!product.states.is_all() && !implied) text += " state " + to_string(product.states);
    text += words.behind;
    for (const auto& test : product.fields) {
        const bool both = test.values.contains(0) && test.values.contains(1);
        if (test.field == Field::connection_direction && both) continue;  // there is no third
        text += fmt::format(" {} {}", to_string(test.field), field_text(test));
    }
    return text;
}

}  // namespace

std::string mac_text(std::uint64_t mac) {
    if (mac >= kNoMac) return "none";
    std::string text;
    for (int shift = 40; shift >= 0; shift -= 8) {
        text += fmt::format("{}{:02x}", text.empty() ? "" : ":", mac >> shift & 0xff);
    }
    return text;
}

std::string to_string(const InterfaceSet& set) {
    if (set.is_all()) return "any";
    if (set.any_of.empty()) return "never";
    std::string text = set.negated ? "!" : "";
    const auto list = [&](const std::vector<InterfacePattern>& patterns) {
        for (const auto& [name, prefix] : patterns) {
            if (&name != &patterns[0].name) text += ",";
            if (name.empty()) {
                text += prefix ? "+" : "none";
                continue;
            }
            const bool reserved = name == "any" || name == "none" || name == "never";
            text += (reserved ? quoted(name) : name_word(name)) + (prefix ? "+" : "");
        }
    };
    list(set.any_of);
    if (!set.except.empty()) text += " except ";
    list(set.except);
    return text;
}

std::string_view to_string(State state) { return kStateNames[static_cast<std::size_t>(state)]; }

std::string to_string(StateSet states) {
    if (states.is_all()) return "any";
    std::string text;
    for (int i = 0; i < kStateCount; ++i) {
        if (!states.contains(static_cast<State>(i))) continue;
        if (!text.empty()) text += ",";
        text += kStateNames[static_cast<std::size_t>(i)];
    }
    return text.empty() ? "none" : text;
}

std::string field_value_text(Field field, std::uint64_t value) {
    if (field == Field::source_mac && value <= kNoMac) return mac_text(value);
    const auto words = words_of(field);
    return value < words.size() ? std::string(words[value]) : fmt::format("{}", value);
}

std::optional<std::uint64_t> parse_field_value(Field field, std::string_view text) {
    if (field == Field::source_mac) {
        if (const auto mac = parse_mac(text)) return mac;
    }
    const auto words = words_of(field);
    const auto word = std::find(words.begin(), words.end(), text);
    if (word != words.end()) return static_cast<std::uint64_t>(word - words.begin());
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

bool InterfaceSet::contains(std::string_view name) const {
    // How specific the best pattern is; 0: none matches.
    const auto best = [&](const std::vector<InterfacePattern>& patterns) {
        std::size_t found = 0;
        for (const auto& [text, prefix] : patterns) {
            if (!prefix && name == text) return std::string_view::npos;
            if (prefix && name.starts_with(text)) found = std::max(found, text.size() + 1);
        }
        return found;
    };
    return (best(any_of) > best(except)) != negated;
}

const std::string* InterfaceSet::only() const {
    return !negated && any_of.size() == 1 && !any_of[0].prefix ? &any_of[0].name : nullptr;
}

void InterfaceSet::rename(const std::map<std::string, std::string>& names) {
    for (auto* patterns : {&any_of, &except}) {
        for (auto& pattern : *patterns) {
            const auto found = names.find(pattern.name);
            if (!pattern.prefix && found != names.end()) pattern.name = found->second;
        }
    }
}

std::string_view to_string(Field field) {
    switch (field) {
        case Field::source_mac: return "mac";
        case Field::packet_length: return "length";
        case Field::ttl: return "ttl";
        case Field::tos: return "tos";
        case Field::packet_type: return "packet-type";
        case Field::fragment: return "fragment";
        case Field::source_kind: return "source-kind";
        case Field::destination_kind: return "destination-kind";
        case Field::spi: return "spi";
        case Field::connection_direction: return "direction";
        case Field::input_bridge_port: return "input-bridge-port";
        case Field::output_bridge_port: return "output-bridge-port";
        case Field::opaque: return "opaque";
    }
    return "field";
}

std::uint64_t greatest(Field field) {
    switch (field) {
        case Field::source_mac: return kNoMac;
        case Field::packet_length: return 0xffff;
        case Field::ttl:
        case Field::tos: return 0xff;
        case Field::packet_type: return 2;
        case Field::source_kind:
        case Field::destination_kind: return static_cast<std::uint64_t>(AddressKind::prohibit);
        case Field::spi: return 0xffffffff;
        case Field::fragment:
        case Field::connection_direction:
        case Field::input_bridge_port:
        case Field::output_bridge_port: return 1;  // of bridge ports: whether there is one
        case Field::opaque: break;
    }
    return ~std::uint64_t{0};
}

bool Product::is_all() const {
    return !source && !destination && !services && states.is_all() && in.is_all() && out.is_all() && fields.empty();
}

bool operator==(const Product& a, const Product& b) {
    return same_value(a.source, b.source) && same_value(a.destination, b.destination) &&
           same_value(a.services, b.services) && a.states == b.states && a.in == b.in && a.out == b.out &&
           a.fields == b.fields;
}

std::string to_string(const Product& product) { return product_text(product, true); }

std::string to_string(const Product& product, const SetWords& words) { return product_text(product, true, words); }

std::string to_exact_string(const Product& product, const SetWords& words) {
    return product_text(product, false, words);
}

std::string to_exact_string(const Product& product) { return product_text(product, false); }

}  // namespace fwproof
