#include "packet/space_impl.hpp"

#include <algorithm>

namespace fwproof {

using packet::Axis;
using packet::AxisKind;
using packet::kIn;
using packet::kOut;
using packet::Rank;
using packet::Variable;

namespace {

const Product kEverything;
const ServiceTerm kEveryService;

}  // namespace

SpaceImpl::SpaceImpl(Scales scales, std::size_t node_limit) : scales_(std::move(scales)), diagram_(node_limit) {
    const Rank addresses = std::max(scales_.v4.count(), scales_.v6.count());
    const auto add = [&](AxisKind kind, Rank count, Field field = {}) {
        const Variable first = axes_.empty() ? Variable{0}
                                             : static_cast<Variable>(axes_.back().first + axes_.back().bits);
        if (kind != AxisKind::field) position_[static_cast<std::size_t>(kind)] = axes_.size();
        axes_.push_back({kind, field, first, packet::bits_for(count)});
    };
    add(AxisKind::family, 2);
    add(AxisKind::in, scales_.in.count());
    add(AxisKind::out, scales_.out.count());
    add(AxisKind::destination, addresses);
    add(AxisKind::source, addresses);
    add(AxisKind::protocol, scales_.protocol.count());
    add(AxisKind::destination_port, scales_.port.count());
    add(AxisKind::source_port, scales_.port.count());
    add(AxisKind::icmp, scales_.icmp.count());
    add(AxisKind::tcp_flags, scales_.tcp_flags.count());
    add(AxisKind::state, scales_.state.count());
    for (const auto& [field, scale] : scales_.fields) add(AxisKind::field, scale.count(), field);
    all_ = from(kEverything);
}

ProtocolKind SpaceImpl::kind(Rank protocol) const {
    const auto number = static_cast<std::uint8_t>(scales_.protocol.first(protocol));
    if (number == kTcp) return ProtocolKind::tcp;
    if (has_ports(number)) return ProtocolKind::ports;
    return has_icmp_type(number) ? ProtocolKind::icmp : ProtocolKind::plain;
}

// The set of all ranks of the axis in the ranges, which are ascending and disjoint.
SpaceImpl::Node SpaceImpl::ranges(AxisKind kind, const std::vector<RankRange>& ranks) {
    return build(axis(kind), 0, 0, ranks);
}

SpaceImpl::Node SpaceImpl::build(const Axis& axis, int depth, Rank base, const std::vector<RankRange>& ranks) {
    const Rank last = base + ((Rank{1} << (axis.bits - depth)) - 1);
    const auto begin = std::lower_bound(ranks.begin(), ranks.end(), base,
                                        [](const RankRange& range, Rank value) { return range.last < value; });
    if (begin == ranks.end() || begin->first > last) return kOut;
    if (begin->first <= base && begin->last >= last) return kIn;
    const Rank half = Rank{1} << (axis.bits - depth - 1);
    const Node low = build(axis, depth + 1, base, ranks);
    return diagram_.make(static_cast<Variable>(axis.first + depth), low, build(axis, depth + 1, base + half, ranks));
}

SpaceImpl::Node SpaceImpl::addresses(AxisKind kind, const AddressSetRef& set) {
    auto& known = address_nodes_[kind == AxisKind::source ? 0 : 1];
    if (const auto found = known.find(set); found != known.end()) return found->second;
    std::vector<RankRange> v4 = {{0, scales_.v4.count() - 1}};
    std::vector<RankRange> v6 = {{0, scales_.v6.count() - 1}};
    if (set) {
        v4 = scales_.v4.ranks(set->v4);
        v6 = scales_.v6.ranks(set->v6);
    }
    const Node low = ranges(kind, v4);
    const Node node = diagram_.make(axis(AxisKind::family).first, low, ranges(kind, v6));
    known.emplace(set, node);
    return node;
}

// A field that a protocol does not have is rank 0 in every member.
SpaceImpl::Node SpaceImpl::term(const ServiceTerm& term) {
    const auto protocols = scales_.protocol.ranks(term.protocols);
    const auto field = [&](AxisKind kind, const packet::Scale& scale, const auto& values, bool has) {
        const bool whole = values.is_all();
        if (!has) return whole ? ranges(kind, {{0, 0}}) : kOut;
        return ranges(kind, whole ? std::vector<RankRange>{{0, scale.count() - 1}} : scale.ranks(values));
    };
    Node result = kOut;
    for (const auto kind : {ProtocolKind::plain, ProtocolKind::ports, ProtocolKind::tcp, ProtocolKind::icmp}) {
        std::vector<RankRange> of_kind;
        for (const auto& range : protocols) {
            for (Rank rank = range.first; rank <= range.last; ++rank) {
                if (this->kind(rank) == kind) of_kind.push_back({rank, rank});
            }
        }
        if (of_kind.empty()) continue;
        const bool ports = kind == ProtocolKind::ports || kind == ProtocolKind::tcp;
        Node node = field(AxisKind::tcp_flags, scales_.tcp_flags, term.tcp_flags, kind == ProtocolKind::tcp);
        node = diagram_.intersect(field(AxisKind::icmp, scales_.icmp, term.icmp, kind == ProtocolKind::icmp), node);
        node = diagram_.intersect(field(AxisKind::source_port, scales_.port, term.source_ports, ports), node);
        node = diagram_.intersect(field(AxisKind::destination_port, scales_.port, term.destination_ports, ports), node);
        node = diagram_.intersect(ranges(AxisKind::protocol, of_kind), node);
        result = diagram_.unite(result, node);
    }
    return result;
}

SpaceImpl::Node SpaceImpl::services(const ServiceSetRef& set) {
    if (const auto found = service_nodes_.find(set); found != service_nodes_.end()) return found->second;
    Node node = kOut;
    if (!set) {
        node = term(kEveryService);
    } else {
        for (const auto& one : set->terms) node = diagram_.unite(node, term(one));
    }
    service_nodes_.emplace(set, node);
    return node;
}

SpaceImpl::Node SpaceImpl::interfaces(AxisKind kind, const InterfaceSet& set) {
    const auto& scale = kind == AxisKind::in ? scales_.in : scales_.out;
    return ranges(kind, scale.ranks(set));
}

SpaceImpl::Node SpaceImpl::from(const Product& product) {
    // From the last axis to the first, so that every intersection only walks its upper operand.
    Node node = kIn;
    for (std::size_t i = scales_.fields.size(); i-- > 0;) {
        const auto& [field, scale] = scales_.fields[i];
        const Axis& where = axes_[axes_.size() - scales_.fields.size() + i];
        std::vector<RankRange> ranks = {{0, scale.count() - 1}};
        for (const auto& test : product.fields) {
            if (test.field == field) ranks = scale.ranks(test.values);
        }
        node = diagram_.intersect(build(where, 0, 0, ranks), node);
    }
    std::vector<RankRange> states;
    for (Rank rank = 0; rank < scales_.state.count(); ++rank) {
        if (product.states.contains(static_cast<State>(scales_.state.first(rank)))) states.push_back({rank, rank});
    }
    node = diagram_.intersect(ranges(AxisKind::state, states), node);
    node = diagram_.intersect(services(product.services), node);
    node = diagram_.intersect(addresses(AxisKind::source, product.source), node);
    node = diagram_.intersect(addresses(AxisKind::destination, product.destination), node);
    node = diagram_.intersect(interfaces(AxisKind::out, product.out), node);
    return diagram_.intersect(interfaces(AxisKind::in, product.in), node);
}

Rank SpaceImpl::rank(const Axis& axis, const Packet& packet) const {
    const auto address = [&](const Address& value) {
        return (value.family == Family::v4 ? scales_.v4 : scales_.v6).rank(value.value);
    };
    switch (axis.kind) {
        case AxisKind::family: return packet.source.family == Family::v4 ? 0 : 1;
        case AxisKind::source: return address(packet.source);
        case AxisKind::destination: return address(packet.destination);
        case AxisKind::protocol: return scales_.protocol.rank(packet.protocol);
        case AxisKind::source_port: return scales_.port.rank(packet.source_port);
        case AxisKind::destination_port: return scales_.port.rank(packet.destination_port);
        case AxisKind::icmp: return scales_.icmp.rank(static_cast<unsigned>(packet.icmp_type << 8 | packet.icmp_code));
        case AxisKind::tcp_flags: return scales_.tcp_flags.rank(packet.tcp_flags);
        case AxisKind::state: return scales_.state.rank(static_cast<unsigned>(packet.state));
        case AxisKind::in: return scales_.in.rank(packet.in);
        case AxisKind::out: return scales_.out.rank(packet.out);
        case AxisKind::field: break;
    }
    const auto value = packet.fields.find(axis.field);
    for (const auto& [field, scale] : scales_.fields) {
        if (field == axis.field) return scale.rank(value == packet.fields.end() ? 0 : value->second);
    }
    return 0;
}

SpaceImpl::Node SpaceImpl::from(const Packet& packet) {
    Node node = kIn;
    for (auto it = axes_.rbegin(); it != axes_.rend(); ++it) {
        const Rank value = rank(*it, packet);
        node = diagram_.intersect(build(*it, 0, 0, {{value, value}}), node);
    }
    return diagram_.intersect(node, all_);
}

bool SpaceImpl::contains(Node set, const Packet& packet) const {
    for (const Axis& axis : axes_) {
        const Rank value = rank(axis, packet);
        for (int bit = 0; bit < axis.bits; ++bit) {
            if (diagram_.variable(set) != axis.first + bit) continue;
            set = (value >> (axis.bits - 1 - bit) & 1) != 0 ? diagram_.high(set) : diagram_.low(set);
        }
    }
    return set == kIn;
}

SpaceImpl::Node SpaceImpl::for_some_interface(Node set) {
    for (const auto kind : {AxisKind::in, AxisKind::out}) {
        const Axis& where = axis(kind);
        if (where.bits == 0) continue;
        set = diagram_.exists(set, where.first, static_cast<Variable>(where.first + where.bits - 1));
    }
    return diagram_.intersect(set, all_);
}

std::vector<SpaceImpl::Branch> SpaceImpl::branches(Node set, const Axis& axis) const {
    std::vector<Branch> found;
    const auto visit = [&](const auto& self, Node node, int depth, Rank base) -> void {
        if (node == kOut) return;
        const int end = axis.first + axis.bits;
        if (packet::is_terminal(node) || diagram_.variable(node) >= end) {
            const Rank last = base + ((Rank{1} << (axis.bits - depth)) - 1);
            if (!found.empty() && found.back().to == node && found.back().ranks.last + 1 == base) {
                found.back().ranks.last = last;
            } else {
                found.push_back({{base, last}, node});
            }
            return;
        }
        const bool tested = diagram_.variable(node) == axis.first + depth;
        const Rank half = Rank{1} << (axis.bits - depth - 1);
        self(self, tested ? diagram_.low(node) : node, depth + 1, base);
        self(self, tested ? diagram_.high(node) : node, depth + 1, base + half);
    };
    visit(visit, set, 0, 0);
    return found;
}

}  // namespace fwproof
