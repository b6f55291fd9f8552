#include "analysis/question.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace fwproof {

namespace {

using FlagSet = IntervalSet<std::uint8_t>;

// ICMP types and the type that answers them (RFC 792, RFC 4443).
constexpr std::array<std::pair<std::uint8_t, std::uint8_t>, 4> kIcmpAnswers = {{{8, 0}, {13, 14}, {15, 16}, {17, 18}}};
constexpr std::uint8_t kEcho = 8, kEchoReply = 0, kEcho6 = 128, kEchoReply6 = 129;

ProtocolSet with_ports() {
    return ProtocolSet::of(kTcp) | ProtocolSet::of(kUdp) | ProtocolSet::of(kDccp) | ProtocolSet::of(kSctp) |
           ProtocolSet::of(kUdpLite);
}

PortSet client_ports() { return PortSet::range(1024, 65535); }

ProtocolSet with_types() { return ProtocolSet::of(kIcmp) | ProtocolSet::of(kIcmp6); }

bool is_icmp(const ServiceTerm& term) { return !term.protocols.empty() && term.protocols.subset_of(with_types()); }

IcmpSet moved(const IcmpSet& types, std::uint8_t from, std::uint8_t to) {
    IcmpSet found;
    const IcmpSet meant = types & icmp_type(from);
    for (const auto& i : meant.intervals()) {
        found = found | IcmpSet::range(static_cast<std::uint16_t>((i.first & 0xff) | to << 8),
                                       static_cast<std::uint16_t>((i.last & 0xff) | to << 8));
    }
    return found;
}

// Rules name types; an answer has code 0 of its own.
IcmpSet every_code(const IcmpSet& types) {
    IcmpSet found;
    for (const auto& i : types.intervals()) {
        found = found |
                IcmpSet::range(static_cast<std::uint16_t>(i.first & 0xff00), static_cast<std::uint16_t>(i.last | 0xff));
    }
    return found;
}

// The term as ICMPv6; without types where there are none.
ServiceTerm over_ipv6(const ServiceTerm& term, bool& whole) {
    ServiceTerm made = term;
    made.protocols = ProtocolSet::of(kIcmp6);
    if (term.protocols.contains(kIcmp6) || term.icmp.is_all()) return made;
    made.icmp = moved(term.icmp, kEcho, kEcho6) | moved(term.icmp, kEchoReply, kEchoReply6);
    if (!(term.icmp - icmp_type(kEcho) - icmp_type(kEchoReply)).empty()) whole = false;
    return made;
}

}  // namespace

FamilySights by_family(const Sight& sight) {
    const auto& terms = sight.services->terms;
    if (std::none_of(terms.begin(), terms.end(), is_icmp)) return {{sight}, true};
    FamilySights found;
    for (const bool v4 : {true, false}) {
        AddressSet from, to;
        if (v4) {
            from.v4 = sight.from->v4;
            to.v4 = sight.to->v4;
        } else {
            from.v6 = sight.from->v6;
            to.v6 = sight.to->v6;
        }
        if (from.empty() || to.empty()) continue;
        ServiceSet services;
        for (ServiceTerm term : terms) {
            if (is_icmp(term)) {
                if (v4) {
                    term.protocols = term.protocols & ProtocolSet::of(kIcmp);
                } else {
                    term = over_ipv6(term, found.whole);
                }
            }
            if (!term.protocols.empty() && !term.icmp.empty()) services.terms.push_back(std::move(term));
        }
        if (!services.terms.empty()) {
            found.sights.push_back({share(std::move(from)), share(std::move(to)), share(std::move(services))});
        }
    }
    return found;
}

ServiceSetRef first_packet_services(const ServiceSetRef& services) {
    const std::vector<ServiceTerm> any{ServiceTerm{}};
    ServiceSet first;
    for (const auto& term : services ? services->terms : any) {
        ServiceTerm tcp = term;
        tcp.protocols = term.protocols & ProtocolSet::of(kTcp);
        tcp.tcp_flags = term.tcp_flags & FlagSet::of(kSyn);
        if (!tcp.protocols.empty() && !tcp.tcp_flags.empty()) first.terms.push_back(std::move(tcp));
        ServiceTerm other = term;
        other.protocols = term.protocols - ProtocolSet::of(kTcp);
        if (!other.protocols.empty()) first.terms.push_back(std::move(other));
    }
    return share(std::move(first));
}

std::vector<Product> as_first_packets(const std::vector<Product>& replies) {
    std::vector<Product> first;
    for (const Product& reply : replies) {
        ServiceSet services = *reply.services;
        for (auto& term : services.terms) {
            term.tcp_flags = FlagSet::all();
            if (term.destination_ports == client_ports()) term.destination_ports = PortSet::all();
            if (is_icmp(term)) term.icmp = every_code(term.icmp);
        }
        Product made = first_packets(reply.source, reply.destination, share(std::move(services)));
        if (std::find(first.begin(), first.end(), made) == first.end()) first.push_back(std::move(made));
    }
    return first;
}

std::vector<Product> later_packets(const std::vector<Product>& replies) {
    std::vector<Product> later;
    for (const Product& reply : replies) {
        if (reply.states != StateSet(State::established) || !reply.services) continue;
        ServiceSet services;
        for (ServiceTerm term : reply.services->terms) {
            if (term.protocols != ProtocolSet::of(kTcp)) continue;
            std::swap(term.source_ports, term.destination_ports);
            term.tcp_flags = FlagSet::of(kAck);
            services.terms.push_back(std::move(term));
        }
        if (services.terms.empty()) continue;
        Product made = reply;
        made.services = share(std::move(services));
        std::swap(made.source, made.destination);
        std::swap(made.in, made.out);
        for (FieldTest& test : made.fields) {
            if (test.field == Field::connection_direction) test.values = IntervalSet<std::uint64_t>::of(0);
        }
        later.push_back(std::move(made));
    }
    return later;
}

ServiceSetRef client_services(const ServiceSetRef& first_packets) {
    ServiceSet client;
    for (const auto& term : first_packets->terms) {
        if (!term.source_ports.is_all() || term.destination_ports.is_all()) {
            client.terms.push_back(term);
            continue;
        }
        // Terms with destination ports match only protocols that have ports.
        ServiceTerm narrowed = term;
        narrowed.source_ports = client_ports();
        client.terms.push_back(std::move(narrowed));
    }
    return share(std::move(client));
}

ServiceSetRef reply_services(const ServiceSetRef& client) {
    ServiceSet reply;
    for (const auto& term : client->terms) {
        ServiceTerm back;
        back.protocols = term.protocols & with_ports();
        back.source_ports = term.destination_ports;
        back.destination_ports = term.source_ports;
        const ProtocolSet tcp = back.protocols & ProtocolSet::of(kTcp);
        const ProtocolSet others = back.protocols - tcp;
        if (!tcp.empty()) {
            ServiceTerm answer = back;
            answer.protocols = tcp;
            answer.tcp_flags = FlagSet::of(kAck) | FlagSet::of(kSyn | kAck);
            reply.terms.push_back(std::move(answer));
        }
        if (!others.empty()) {
            back.protocols = others;
            reply.terms.push_back(std::move(back));
        }
        // Of what has neither ports nor types the answer is the same protocol.
        if (term.source_ports.is_all() && term.destination_ports.is_all() && term.icmp.is_all()) {
            ServiceTerm answer;
            answer.protocols = term.protocols - with_ports() - with_types();
            if (!answer.protocols.empty()) reply.terms.push_back(std::move(answer));
        }
        if (!(term.protocols & with_types()).empty()) {
            if (term.protocols.contains(kIcmp)) {
                for (const auto& [asks, answers] : kIcmpAnswers) {
                    if ((term.icmp & icmp_type(asks)).empty()) continue;
                    ServiceTerm answer;
                    answer.protocols = ProtocolSet::of(kIcmp);
                    answer.icmp = icmp_code(answers, 0);
                    reply.terms.push_back(std::move(answer));
                }
            }
            if (term.protocols.contains(kIcmp6) && !(term.icmp & icmp_type(kEcho6)).empty()) {
                ServiceTerm answer;
                answer.protocols = ProtocolSet::of(kIcmp6);
                answer.icmp = icmp_code(kEchoReply6, 0);
                reply.terms.push_back(std::move(answer));
            }
        }
    }
    return reply.terms.empty() ? nullptr : share(std::move(reply));
}

Product first_packets(AddressSetRef from, AddressSetRef to, const ServiceSetRef& services) {
    Product product;
    product.source = std::move(from);
    product.destination = std::move(to);
    product.services = first_packet_services(services);
    product.states = State::new_;
    return product;
}

}  // namespace fwproof
