#include "fwproof/base/product.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace fwproof {

namespace {

constexpr std::array<std::string_view, kStateCount> kStateNames = {"new", "established", "related", "invalid",
                                                                  "untracked"};

template <class T>
bool same_value(const std::shared_ptr<const T>& a, const std::shared_ptr<const T>& b) {
    return a == b || (a && b && *a == *b);
}

std::string interfaces_text(const InterfaceSet& set) {
    std::string text = set.negated ? "!" : "";
    bool first = true;
    for (const auto& pattern : set.any_of) {
        if (!first) text += ",";
        first = false;
        text += pattern.name.empty() && !pattern.prefix ? "none" : pattern.name + (pattern.prefix ? "+" : "");
    }
    return text;
}

// The protocol word and the parts that stand behind the addresses.
struct ServiceWords {
    std::string protocol = "any";
    std::string source_ports;
    std::string destination_ports;
};

ServiceWords service_words(const ServiceSetRef& services) {
    if (!services) return {};
    const bool plain = services->terms.size() == 1 && services->terms[0].icmp.is_all() &&
                       services->terms[0].tcp_flags.is_all() && services->terms[0].protocols.intervals().size() == 1 &&
                       services->terms[0].protocols.intervals()[0].first == services->terms[0].protocols.intervals()[0].last;
    if (!plain) return {"{" + to_string(*services) + "}", "", ""};
    const ServiceTerm& term = services->terms[0];
    ServiceWords words;
    words.protocol = protocol_name(term.protocols.intervals()[0].first);
    if (!term.source_ports.is_all()) words.source_ports = ":" + to_string(term.source_ports);
    if (!term.destination_ports.is_all()) words.destination_ports = ":" + to_string(term.destination_ports);
    return words;
}

std::string endpoint_text(const AddressSetRef& addresses, const std::string& ports) {
    std::string text = addresses ? to_string(*addresses) : "any";
    if (ports.empty()) return text;
    const bool one = text.find(',') == std::string::npos;
    if (one && text.find(':') != std::string::npos) {
        text = "[" + text + "]";
    } else if (!one) {
        text = "{" + text + "}";
    }
    return text + ports;
}

}  // namespace

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

bool InterfaceSet::contains(std::string_view name) const {
    const bool matched = std::any_of(any_of.begin(), any_of.end(), [&](const InterfacePattern& pattern) {
        return pattern.prefix ? name.starts_with(pattern.name) : name == pattern.name;
    });
    return matched != negated;
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

bool Product::is_all() const {
    return !source && !destination && !services && states.is_all() && in.is_all() && out.is_all() && fields.empty();
}

bool operator==(const Product& a, const Product& b) {
    return same_value(a.source, b.source) && same_value(a.destination, b.destination) &&
           same_value(a.services, b.services) && a.states == b.states && a.in == b.in && a.out == b.out &&
           a.fields == b.fields;
}

std::string to_string(const Product& product) {
    const ServiceWords words = service_words(product.services);
    std::string text = fmt::format("{} {} > {}", words.protocol, endpoint_text(product.source, words.source_ports),
                                   endpoint_text(product.destination, words.destination_ports));
    if (!product.in.is_all()) text += " in " + interfaces_text(product.in);
    if (!product.out.is_all()) text += " out " + interfaces_text(product.out);
    if (!product.states.is_all() && !(product.states == StateSet(State::new_))) {
        text += " state " + to_string(product.states);
    }
    for (const auto& test : product.fields) {
        text += fmt::format(" {} ", to_string(test.field));
        bool first_interval = true;
        for (const auto& [first, last] : test.values.intervals()) {
            if (!first_interval) text += ",";
            first_interval = false;
            text += first == last ? fmt::format("{}", first) : fmt::format("{}-{}", first, last);
        }
    }
    return text;
}

}  // namespace fwproof
