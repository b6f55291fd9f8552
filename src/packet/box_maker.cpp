#include "packet/box_maker.hpp"

#include <algorithm>

namespace fwproof::packet {

namespace {

const ServiceTerm kEveryService;

constexpr unsigned bit(ProtocolKind kind) { return 1U << static_cast<unsigned>(kind); }
constexpr unsigned kWithPorts = bit(ProtocolKind::ports) | bit(ProtocolKind::tcp);
constexpr unsigned kEveryKind = kWithPorts | bit(ProtocolKind::icmp) | bit(ProtocolKind::plain);

void append(std::vector<RankRange>& ranges, Rank rank) {
    if (!ranges.empty() && ranges.back().last + 1 == rank) {
        ranges.back().last = rank;
    } else {
        ranges.push_back({rank, rank});
    }
}

}  // namespace

void BoxMaker::add(const Product& product, std::vector<Box>& boxes) {
    add(product, services(product.services, false), boxes);
}

void BoxMaker::add_strict(const Product& product, std::vector<Box>& boxes) {
    add(product, services(product.services, true), boxes);
}

void BoxMaker::add(const Product& product, const std::vector<Service>& services, std::vector<Box>& boxes) {
    Box box;
    box[AxisKind::state] = states(product.states);
    box[AxisKind::in] = interfaces(scales_.interfaces, product.in);
    box[AxisKind::out] = interfaces(scales_.interfaces, product.out);
    for (const auto& test : product.fields) {
        const Slot slot = slot_of(test.field);
        const Scale& scale = scales_.fields[slot - kFieldSlot].second;
        // What no packet has there is no part of the universe.
        const auto last = static_cast<std::uint64_t>(scale.last(scale.count() - 1));
        box.sets[slot] = set_of(scale, test.values & IntervalSet<std::uint64_t>::range(0, last));
    }
    if (std::find(box.sets.begin(), box.sets.end(), kEmptySet) != box.sets.end()) return;
    const auto add_services = [&] {
        for (const auto& service : services) {
            box[AxisKind::protocol] = service.protocol;
            box[AxisKind::source_port] = service.source_port;
            box[AxisKind::destination_port] = service.destination_port;
            box[AxisKind::icmp] = service.icmp;
            box[AxisKind::tcp_flags] = service.tcp_flags;
            boxes.push_back(box);
        }
    };
    const Addresses source = addresses(product.source);
    const Addresses destination = addresses(product.destination);
    const auto whole = [](const Addresses& set) { return set.v4 == kWholeSet && set.v6 == kWholeSet; };
    if (whole(source) && whole(destination)) {
        add_services();
        return;
    }
    const auto add_family = [&](Rank family, SetId from, SetId to) {
        if (from == kEmptySet || to == kEmptySet) return;
        box[AxisKind::family] = sets_.intern({{family, family}}, 2);
        box[AxisKind::source] = from;
        box[AxisKind::destination] = to;
        add_services();
    };
    add_family(0, source.v4, destination.v4);
    add_family(1, source.v6, destination.v6);
}

BoxMaker::Addresses BoxMaker::addresses(const AddressSetRef& set) {
    if (!set) return {kWholeSet, kWholeSet};
    const auto [place, fresh] = known_addresses_.emplace(set, Addresses{});
    if (fresh) place->second = {set_of(scales_.v4, set->v4), set_of(scales_.v6, set->v6)};
    return place->second;
}

const std::vector<BoxMaker::Service>& BoxMaker::services(const ServiceSetRef& set, bool strict) {
    const auto [place, fresh] = known_services_[strict ? 1 : 0].emplace(set, std::vector<Service>());
    if (fresh && set) {
        for (const auto& term : set->terms) add_term(term, strict, place->second);
    } else if (fresh) {
        add_term(kEveryService, strict, place->second);
    }
    return place->second;
}

void BoxMaker::add_term(const ServiceTerm& term, bool strict, std::vector<Service>& services) {
    Service service{};
    service.source_port = set_of(scales_.port, term.source_ports);
    service.destination_port = set_of(scales_.port, term.destination_ports);
    service.icmp = set_of(scales_.icmp, term.icmp);
    service.tcp_flags = set_of(scales_.tcp_flags, term.tcp_flags);
    unsigned kinds = kEveryKind;
    if (!term.source_ports.is_all() || !term.destination_ports.is_all()) kinds &= kWithPorts;
    if (!term.icmp.is_all()) kinds &= bit(ProtocolKind::icmp);
    if (!term.tcp_flags.is_all()) kinds &= bit(ProtocolKind::tcp);
    const auto add_kinds = [&](const Service& one, unsigned of) {
        Service added = one;
        added.protocol = protocols(term.protocols, of);
        const bool nothing = added.protocol == kEmptySet || added.source_port == kEmptySet ||
                             added.destination_port == kEmptySet || added.icmp == kEmptySet ||
                             added.tcp_flags == kEmptySet;
        if (!nothing) services.push_back(added);
    };
    if (!strict) {
        add_kinds(service, kinds);
        return;
    }
    for (const auto kind : {ProtocolKind::plain, ProtocolKind::ports, ProtocolKind::tcp, ProtocolKind::icmp}) {
        if ((kinds & bit(kind)) == 0) continue;
        Service own = service;
        if ((bit(kind) & kWithPorts) == 0) {
            own.source_port = own.destination_port = sets_.intern({{0, 0}}, scales_.port.count());
        }
        if (kind != ProtocolKind::icmp) own.icmp = sets_.intern({{0, 0}}, scales_.icmp.count());
        if (kind != ProtocolKind::tcp) own.tcp_flags = sets_.intern({{0, 0}}, scales_.tcp_flags.count());
        add_kinds(own, bit(kind));
    }
}

SetId BoxMaker::protocols(const ProtocolSet& values, unsigned kinds) {
    if (kinds == kEveryKind) return set_of(scales_.protocol, values);
    std::vector<RankRange> ranges;
    for (const auto& range : scales_.protocol.ranks(values)) {
        for (Rank rank = range.first; rank <= range.last; ++rank) {
            if ((bit(scales_.kind(rank)) & kinds) != 0) append(ranges, rank);
        }
    }
    return sets_.intern(std::move(ranges), scales_.protocol.count());
}

SetId BoxMaker::states(StateSet states) {
    if (states.is_all()) return kWholeSet;
    std::vector<RankRange> ranges;
    for (Rank rank = 0; rank < scales_.state.count(); ++rank) {
        if (states.contains(static_cast<State>(scales_.state.first(rank)))) append(ranges, rank);
    }
    return sets_.intern(std::move(ranges), scales_.state.count());
}

SetId BoxMaker::interfaces(const InterfaceScale& scale, const InterfaceSet& set) {
    return set.is_all() ? kWholeSet : sets_.intern(scale.ranks(set), scale.count());
}

Slot BoxMaker::slot_of(Field field) const {
    const auto found = std::find_if(scales_.fields.begin(), scales_.fields.end(),
                                    [&](const auto& known) { return known.first == field; });
    if (found == scales_.fields.end()) throw std::logic_error("a field was not given to the space");
    return static_cast<Slot>(kFieldSlot + (found - scales_.fields.begin()));
}

std::array<Rank, kSlotCount> BoxMaker::ranks(const Packet& packet) const {
    std::array<Rank, kSlotCount> ranks{};
    const auto at = [&](AxisKind kind) -> Rank& { return ranks[packet::slot_of(kind)]; };
    const Scale& addresses = packet.source.family == Family::v4 ? scales_.v4 : scales_.v6;
    at(AxisKind::family) = packet.source.family == Family::v4 ? 0 : 1;
    at(AxisKind::source) = addresses.rank(packet.source.value);
    at(AxisKind::destination) = addresses.rank(packet.destination.value);
    at(AxisKind::protocol) = scales_.protocol.rank(packet.protocol);
    at(AxisKind::source_port) = scales_.port.rank(packet.source_port);
    at(AxisKind::destination_port) = scales_.port.rank(packet.destination_port);
    at(AxisKind::icmp) = scales_.icmp.rank(static_cast<unsigned>(packet.icmp_type << 8 | packet.icmp_code));
    at(AxisKind::tcp_flags) = scales_.tcp_flags.rank(packet.tcp_flags);
    at(AxisKind::state) = scales_.state.rank(static_cast<unsigned>(packet.state));
    at(AxisKind::in) = scales_.interfaces.rank(packet.in);
    at(AxisKind::out) = scales_.interfaces.rank(packet.out);
    for (std::size_t i = 0; i < scales_.fields.size(); ++i) {
        const auto value = packet.fields.find(scales_.fields[i].first);
        ranks[kFieldSlot + i] = scales_.fields[i].second.rank(value == packet.fields.end() ? 0 : value->second);
    }
    return ranks;
}

}  // namespace fwproof::packet
