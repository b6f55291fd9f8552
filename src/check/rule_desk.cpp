#include "check/rule_desk.hpp"

#include <utility>

#include "check/antispoof.hpp"
#include "check/openings.hpp"
#include "check/sensitive_services.hpp"
#include "fwproof/analysis/crossing.hpp"
#include "fwproof/analysis/ways.hpp"

namespace fwproof {

namespace {

Product from_internet(InterfaceSet in) {
    Product product;
    product.source = share(internet_addresses());
    product.in = std::move(in);
    return product;
}

Product of_protocols(const ProtocolSet& protocols) {
    ServiceTerm term;
    term.protocols = protocols;
    Product product;
    product.services = share(ServiceSet{{std::move(term)}});
    return product;
}

AddressSet everybody_of(const Policy& policy) {
    AddressSet all;
    for (const Family family : policy.families) all = all | AddressSet::any(family);
    return all;
}

// Not from the loopback interface: a host's traffic with itself is nobody's opening.
Product first_header_of(const Policy& policy) {
    const auto computers = share(computer_addresses() & everybody_of(policy));
    Product first = first_packets(computers, computers, nullptr);
    first.in.any_of = {{"lo", false}};
    return first;
}

// Headers on interfaces of the device, or of any where it lists none; those that pass through it, on the ways that its
// networks and routes leave open.
std::vector<Product> standing_on(const Policy& policy, Position position) {
    constexpr std::size_t kMostWays = 256;
    if (position == Position::transit) {
        auto ways = ways_through(policy, nullptr);
        if (!ways.empty() && ways.size() <= kMostWays) return ways;
    }
    Product header = at_position(Product{}, position);
    if (const auto listed = listed_interfaces(policy)) {
        if (position != Position::outbound) header.in = *listed;
        if (position != Position::inbound) header.out = *listed;
    }
    return {std::move(header)};
}

// Everything that sets of this space are ever made of.
Space make_space(const Policy& policy, const Outside& outside, std::span<const std::vector<Product>> standing) {
    SpaceBuilder builder;
    add_values(builder, policy);
    builder.add(first_header_of(policy));
    builder.add(from_internet(outside.interfaces));
    for (const auto* some : {&outside.unnamed, &outside.doubtful}) builder.add(from_internet({*some, false}));
    for (const auto protocol : {kTcp, kUdp, kSctp}) builder.add(of_protocols(ProtocolSet::of(protocol)));
    for (const auto& headers : standing) {
        for (const auto& header : headers) builder.add(header);
    }
    for (const auto& outer : unchecked_interfaces(policy)) builder.add(forged_packets(policy, outer));
    for (const auto& sensitive : sensitive_services()) builder.add(sensitive.product());
    return builder.build();
}

}  // namespace

RuleDesk::RuleDesk(const Firewall& judged, std::span<const Zone> zones, const Budget& allowed)
    : policy(*judged.policy),
      outside(outside_of(judged, zones)),
      standing{standing_on(policy, Position::inbound), standing_on(policy, Position::outbound),
               standing_on(policy, Position::transit)},
      space(make_space(policy, outside, standing)),
      everybody(everybody_of(policy)),
      occurring(space.all() - space.from(policy.impossible)),
      first(space.from(first_header_of(policy)) & occurring),
      tcp(space.from(of_protocols(ProtocolSet::of(kTcp)))),
      udp(space.from(of_protocols(ProtocolSet::of(kUdp)))),
      with_ports(tcp | udp | space.from(of_protocols(ProtocolSet::of(kSctp)))),
      anybody(space.from(from_internet(outside.interfaces))),
      unnamed_anybody(space.from(from_internet({outside.unnamed, false}))),
      perhaps_anybody(space.from(from_internet({outside.doubtful, false}))),
      budget(allowed) {
    for (const auto& headers : standing) first_at.push_back(first & space.from(headers));
    space.set_budget(budget);
    for (const auto& service : sensitive_services()) sensitive.push_back(space.from(service.product()));
}

PacketSet RuleDesk::surely(const Rule& rule) const {
    PacketSet packets = space.empty();
    if (!rule.enabled || rule.match.conditional) return packets;
    for (const auto& match : rule.match.any_of) {
        const bool by_header = match.registers.empty() && !match.destination_translated && !match.original_header;
        if (by_header) packets = packets | space.from(match.header);
    }
    return packets & occurring;
}

PacketSet RuleDesk::possibly(const Rule& rule) const {
    PacketSet packets = space.empty();
    if (!rule.enabled) return packets;
    for (const auto* matches : {&rule.match.any_of, &rule.match.outer}) {
        for (const auto& match : *matches) packets = packets | space.from(match.header);
    }
    return packets & occurring;
}

}  // namespace fwproof
