#include "fwproof/packet/flow.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "fwproof/base/letters.hpp"
#include "fwproof/base/notation.hpp"

namespace fwproof {

namespace {

// One value of one family.
bool is_one(const AddressSetRef& set) {
    if (!set) return false;
    const auto& v4 = set->v4.intervals();
    const auto& v6 = set->v6.intervals();
    return v4.size() + v6.size() == 1 && (v4.empty() || v4[0].first == v4[0].last) &&
           (v6.empty() || v6[0].first == v6[0].last);
}

template <class T>
bool is_one(const IntervalSet<T>& set) {
    return set.intervals().size() == 1 && set.intervals()[0].first == set.intervals()[0].last;
}

bool is_one(const ServiceSetRef& services) {
    if (!services || services->terms.size() != 1 || !is_one(services->terms[0].protocols)) return false;
    const ServiceTerm& term = services->terms[0];
    const std::uint8_t protocol = term.protocols.intervals()[0].first;
    if (has_ports(protocol)) return is_one(term.destination_ports);
    return !has_icmp_type(protocol) || is_one(term.icmp);
}

bool is_ipv6(const AddressSetRef& set) { return set && set->v4.empty() && !set->v6.empty(); }

// Whether ports were given for a protocol that has none.
bool ports_without_meaning(const ServiceSetRef& services) {
    return services && std::any_of(services->terms.begin(), services->terms.end(), [](const ServiceTerm& term) {
               if (term.source_ports.is_all() && term.destination_ports.is_all()) return false;
               const auto& protocols = term.protocols;
               return is_one(protocols) && !has_ports(protocols.intervals()[0].first);
           });
}

// The first packet of a TCP connection carries SYN alone.
void assume_first_packet(Product& header) {
    if (!header.services || !(header.states == StateSet(State::new_))) return;
    ServiceSet set = *header.services;
    for (auto& term : set.terms) {
        if (term.protocols == ProtocolSet::of(kTcp) && term.tcp_flags.is_all()) {
            term.tcp_flags = IntervalSet<std::uint8_t>::of(kSyn);
        }
    }
    header.services = share(std::move(set));
}

Result<FlowQuery> parse(SourceSpan text) {
    FlowQuery query;
    WordReader words(text);
    bool state_given = false;
    for (WordReader ahead = words; !ahead.at_end();) state_given = ahead.next() == "state" || state_given;

    const bool named_icmp = lower_case(words.peek()) == "icmp";
    // parse_product stops at at, program and service; what stands behind them may be words of the header again.
    auto header = parse_product(words);
    if (!header) return fail(header.error());
    while (!words.at_end()) {
        const std::string key(words.peek());
        if (key != "at" && key != "program" && key != "service") {
            const auto near =
                did_you_mean(key, {"in", "out", "at", "state", "flags", "icmp", "mac", "program", "service"});
            const std::string known =
                query.program || query.service
                    ? "quote a name that has blanks: program \"C:\\Program Files\\App\\app.exe\""
                    : "behind the destination may stand in, out, at, state, flags, icmp, mac, program, service";
            return words.fail_here(fmt::format("unknown word '{}'", key),
                                   near ? fmt::format("did you mean '{}'?", *near) : known);
        }
        const bool again = key == "at"        ? !query.at.empty()
                           : key == "program" ? query.program.has_value()
                                              : query.service.has_value();
        if (again) return words.fail_here(fmt::format("'{}' is given twice", key), "give each word once");
        words.next();
        // Paths are full of backslashes, so quotes here escape nothing.
        std::string_view word = words.peek();
        if (key != "at" && word.size() > 1 && word.front() == '"' && word.back() == '"') {
            words.next();
            (key == "program" ? query.program : query.service) = word.substr(1, word.size() - 2);
        } else {
            auto name = words.take_name(key == "at" ? "the chain, list or profile" : "the " + key);
            if (!name) return fail(name.error());
            (key == "at" ? query.at : key == "program" ? query.program.emplace() : query.service.emplace()) = *name;
        }
        if (auto error = parse_product_words(words, *header)) return fail(std::move(*error));
    }
    query.header = std::move(*header);
    if (named_icmp && (is_ipv6(query.header.source) || is_ipv6(query.header.destination))) {
        return fail("icmp is the protocol of IPv4, and the addresses are of IPv6",
                    "write icmpv6, whose types are other ones (an echo is icmp 128); 1 is the protocol by its number",
                    text);
    }
    if (!state_given) query.header.states = State::new_;
    if (ports_without_meaning(query.header.services)) {
        return fail("ports are given for a protocol without ports", "leave the ports out, or write tcp or udp", text);
    }
    assume_first_packet(query.header);
    query.single = is_one(query.header.source) && is_one(query.header.destination) && is_one(query.header.services);
    return query;
}

}  // namespace

Result<FlowQuery> parse_flow(SourceSpan flow, const SourceRef& text) {
    auto query = parse(flow);
    if (query) return query;
    Error error = query.error();
    error.keep = text;
    return fail(std::move(error));
}

Result<FlowQuery> parse_flow(const SourceRef& text) {
    return parse_flow({text.get(), 0, static_cast<std::uint32_t>(text->text().size())}, text);
}

}  // namespace fwproof
