// Outlines of products, from the ends of their value sets, and of sets, from one visit to every node.
#include "fwproof/packet/outline.hpp"

#include <set>
#include <tuple>

#include "packet/space_impl.hpp"

namespace fwproof {

using packet::AxisKind;
using packet::Rank;
using packet::Scale;

namespace {

template <class T>
Outline::Range hull(const Scale& scale, const IntervalSet<T>& values) {
    if (values.empty()) return {};
    return {scale.rank(values.intervals().front().first), scale.rank(values.intervals().back().last)};
}

Outline::Range whole(const Scale& scale) { return {0, scale.count() - 1}; }

class SetOutline {
public:
    explicit SetOutline(const SpaceImpl& space) : space_(space) {}

    Outline of(packet::Node set) {
        visit(set, 0, 0);
        return outline_;
    }

private:
    void visit(packet::Node node, std::size_t position, Rank family) {
        if (position == space_.axes().size() || node == packet::kOut) return;
        if (!seen_.emplace(node, position, family).second) return;
        const auto& axis = space_.axes()[position];
        for (const auto& [ranks, to] : space_.branches(node, axis, family)) {
            if (axis.kind == AxisKind::family) {
                for (Rank rank = ranks.first; rank <= ranks.last; ++rank) visit(to, position + 1, rank);
                continue;
            }
            if (const auto side = side_of(axis.kind, family); side < outline_.ranges.size()) {
                outline_.ranges[side].cover({ranks.first, ranks.last});
            }
            visit(to, position + 1, family);
        }
    }

    static std::size_t side_of(AxisKind kind, Rank family) {
        switch (kind) {
            case AxisKind::destination: return family == 0 ? Outline::destination_v4 : Outline::destination_v6;
            case AxisKind::source: return family == 0 ? Outline::source_v4 : Outline::source_v6;
            case AxisKind::protocol: return Outline::protocol;
            case AxisKind::destination_port: return Outline::destination_port;
            default: return ~std::size_t{0};
        }
    }

    const SpaceImpl& space_;
    Outline outline_;
    std::set<std::tuple<packet::Node, std::size_t, Rank>> seen_;
};

}  // namespace

Outline Space::outline(const Product& product) const {
    const auto& scales = impl_->scales();
    Outline outline;
    const auto addresses = [&](const AddressSetRef& set, std::size_t v4, std::size_t v6) {
        outline.ranges[v4] = set ? hull(scales.v4, set->v4) : whole(scales.v4);
        outline.ranges[v6] = set ? hull(scales.v6, set->v6) : whole(scales.v6);
    };
    addresses(product.destination, Outline::destination_v4, Outline::destination_v6);
    addresses(product.source, Outline::source_v4, Outline::source_v6);
    if (!product.services) {
        outline.ranges[Outline::protocol] = whole(scales.protocol);
        outline.ranges[Outline::destination_port] = whole(scales.port);
        return outline;
    }
    for (const auto& term : product.services->terms) {
        const auto protocols = hull(scales.protocol, term.protocols);
        const auto ports = hull(scales.port, term.destination_ports);
        if (protocols.first > protocols.last || ports.first > ports.last) continue;
        outline.ranges[Outline::protocol].cover(protocols);
        outline.ranges[Outline::destination_port].cover(ports);
    }
    return outline;
}

Outline Space::outline(const Packet& packet) const {
    const auto& scales = impl_->scales();
    const auto at = [](const Scale& scale, uint128 value) {
        const Rank rank = scale.rank(value);
        return Outline::Range{rank, rank};
    };
    const bool v4 = packet.source.family == Family::v4;
    const Scale& addresses = v4 ? scales.v4 : scales.v6;
    Outline outline;
    outline.ranges[v4 ? Outline::destination_v4 : Outline::destination_v6] = at(addresses, packet.destination.value);
    outline.ranges[v4 ? Outline::source_v4 : Outline::source_v6] = at(addresses, packet.source.value);
    outline.ranges[Outline::protocol] = at(scales.protocol, packet.protocol);
    // What has no ports meets every range of ports: a term that leaves them whole matches it.
    outline.ranges[Outline::destination_port] =
        has_ports(packet.protocol) ? at(scales.port, packet.destination_port) : whole(scales.port);
    return outline;
}

Outline PacketSet::outline() const { return SetOutline(*space_).of(root_); }

}  // namespace fwproof
