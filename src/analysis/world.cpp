#include "analysis/world.hpp"

#include <algorithm>

namespace fwproof {

namespace {

// False: no packet passes.
bool rewrite_address(AddressSetRef& set, const RewrittenSide& side, bool widest) {
    if (!set) return true;
    if (side.address) {
        if (!set->contains(*side.address)) return false;
        set = nullptr;
    } else if (side.block) {
        AddressSet passed = side.block->origin(*set);
        if (passed.empty()) return false;
        set = share(std::move(passed));
    } else if (side.address_unknown) {
        const AddressSet tested = *set;
        AddressSet passed;
        if (widest ? !tested.v4.empty() : tested.v4.is_all()) passed.v4 = IntervalSet<std::uint32_t>::all();
        if (widest ? !tested.v6.empty() : tested.v6.is_all()) passed.v6 = IntervalSet<uint128>::all();
        if (passed.empty()) return false;
        set = passed.is_all() ? nullptr : share(std::move(passed));
    }
    return true;
}

bool rewrite_ports(PortSet& ports, const RewrittenSide& side, bool widest) {
    bool passes = true;
    if (side.port) {
        passes = ports.contains(*side.port);
    } else if (side.port_unknown) {
        passes = widest ? !ports.empty() : ports.is_all();
    } else {
        return true;
    }
    ports = PortSet::all();
    return passes;
}

// Multicast and loopback addresses are of their kind wherever they are sent.
bool routing_decides(const AddressSet& addresses) {
    static const AddressSet kOwnKind =
        AddressSet::of(*parse_prefix("224.0.0.0/4")) | AddressSet::of(*parse_prefix("ff00::/8")) |
        AddressSet::of(*parse_prefix("127.0.0.0/8")) | AddressSet::of(*parse_prefix("::1/128"));
    return (addresses & kOwnKind).empty();
}

// What routing says of an address is not known of one that was rewritten, beyond what every address of its kind is.
IntervalSet<std::uint64_t> kinds_of(const RewrittenSide& side) {
    using Kinds = IntervalSet<std::uint64_t>;
    const auto kind = [](AddressKind of) { return Kinds::of(static_cast<std::uint64_t>(of)); };
    if (side.block && !routing_decides(side.block->image())) return Kinds::all();
    if (side.block) return kind(AddressKind::multicast).complement();
    if (!side.address) return Kinds::all();
    const bool v4 = side.address->family == Family::v4;
    const auto bits = static_cast<std::uint32_t>(side.address->value >> (v4 ? 24 : 120));
    if (v4 ? bits >> 4 == 14 : bits == 0xff) return kind(AddressKind::multicast);
    if (v4 ? bits == 127 : side.address->value == 1) return kind(AddressKind::local);
    return kind(AddressKind::multicast).complement();
}

// False: no packet passes.
bool rewrite_kinds(std::vector<FieldTest>& tests, Field field, const RewrittenSide& side, bool widest) {
    if (!side.address && !side.block && !side.address_unknown) return true;
    const auto test =
        std::find_if(tests.begin(), tests.end(), [&](const FieldTest& each) { return each.field == field; });
    if (test == tests.end()) return true;
    const auto kinds = kinds_of(side);
    if (widest ? (kinds & test->values).empty() : !kinds.subset_of(test->values)) return false;
    tests.erase(test);
    return true;
}

void translate_address(RewrittenSide& side, const Translate::Part& part) {
    if (!part.changes_address() || (part.block && side.address_unknown)) return;
    const RewrittenSide before = side;
    side.address = part.address;
    side.block = std::nullopt;
    side.address_unknown = part.address_unknown;
    if (!part.block) return;
    if (before.address) {
        side.address = part.block->of(*before.address);
    } else {
        side.block = before.block ? before.block->then(*part.block) : part.block;
    }
}

void translate(RewrittenSide& side, const Translate::Part& part, bool has_ports) {
    translate_address(side, part);
    if (!has_ports) return;
    if (part.port_unknown) {
        side.port = std::nullopt;
        side.port_unknown = true;
    } else if (part.port) {
        side.port = part.port;
        side.port_unknown = false;
    }
}

}  // namespace

std::optional<Product> in_world(const Product& product, const World& world, bool widest) {
    // Before anything is copied: of a long list few rules are about the address of one world.
    AddressSetRef source = product.source, destination = product.destination;
    if (!rewrite_address(destination, world.destination, widest)) return std::nullopt;
    if (!rewrite_address(source, world.source, widest)) return std::nullopt;
    Product seen = product;
    seen.source = std::move(source);
    seen.destination = std::move(destination);
    if (!rewrite_kinds(seen.fields, Field::source_kind, world.source, widest)) return std::nullopt;
    if (!rewrite_kinds(seen.fields, Field::destination_kind, world.destination, widest)) return std::nullopt;
    const bool ports =
        world.source.port || world.source.port_unknown || world.destination.port || world.destination.port_unknown;
    if (!ports || !seen.services) return seen;
    ServiceSet services;
    for (ServiceTerm term : seen.services->terms) {
        if (rewrite_ports(term.source_ports, world.source, widest) &&
            rewrite_ports(term.destination_ports, world.destination, widest)) {
            services.terms.push_back(std::move(term));
        }
    }
    if (services.terms.empty()) return std::nullopt;
    seen.services = share(std::move(services));
    return seen;
}

World after(const World& world, const SetRegister& set) {
    World next = world;
    auto& target = next.registers[static_cast<std::size_t>(set.target)];
    const std::uint32_t value = set.from ? world.registers[static_cast<std::size_t>(*set.from)] : set.value;
    target = (target & set.keep) ^ (value & set.mask);
    return next;
}

World after(const World& world, const Translate& translation, bool has_ports) {
    World next = world;
    translate(next.source, translation.source, has_ports);
    translate(next.destination, translation.destination, has_ports);
    if (translation.destination.changes()) next.destination_translated = true;
    return next;
}

}  // namespace fwproof
