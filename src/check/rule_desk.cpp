#include "check/rule_desk.hpp"

#include "check/antispoof.hpp"
#include "check/openings.hpp"
#include "check/sensitive_services.hpp"
#include "fwproof/analysis/crossing.hpp"

namespace fwproof {

namespace {

Product from_internet(const Policy& policy) {
    Product product;
    product.source = share(internet_addresses());
    product.in = outside_of(policy).interfaces;
    return product;
}

Product with_port_protocols() {
    ServiceTerm term;
    term.protocols = ProtocolSet::of(kTcp) | ProtocolSet::of(kUdp) | ProtocolSet::of(kSctp);
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
Product first_of(const Policy& policy) {
    const auto computers = share(computer_addresses() & everybody_of(policy));
    Product first = first_packets(computers, computers, nullptr);
    first.in.any_of = {{"lo", false}};
    return first;
}

// Everything that sets of this space are ever made of.
Space make_space(const Policy& policy) {
    SpaceBuilder builder;
    add_values(builder, policy);
    builder.add(first_of(policy));
    builder.add(from_internet(policy));
    builder.add(with_port_protocols());
    for (const auto& outer : unchecked_interfaces(policy)) builder.add(forged_packets(policy, outer));
    for (const auto& sensitive : sensitive_services()) builder.add(sensitive.product());
    return builder.build();
}

}  // namespace

RuleDesk::RuleDesk(const Policy& judged, const Budget& allowed)
    : policy(judged),
      space(make_space(judged)),
      everybody(everybody_of(judged)),
      occurring(space.all() - space.from(judged.impossible)),
      first(space.from(first_of(judged)) & occurring),
      with_ports(space.from(with_port_protocols())),
      anybody(space.from(from_internet(judged))),
      budget(allowed) {
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
