// What a space holds: the scales of all fields, the order of the axes and the diagram that its sets are nodes of.
#pragma once

#include <array>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "fwproof/packet/packet_set.hpp"
#include "packet/coordinates.hpp"

namespace fwproof {

// What the protocol of a packet says about its other fields.
enum class ProtocolKind : std::uint8_t { plain, ports, tcp, icmp };

class SpaceImpl {
public:
    using Node = packet::Node;
    using RankRange = packet::RankRange;

    struct Scales {
        packet::Scale v4, v6, protocol, port, icmp, tcp_flags, state;
        packet::InterfaceScale in, out;
        std::vector<std::pair<Field, packet::Scale>> fields;  // ascending
    };

    SpaceImpl(Scales scales, std::size_t node_limit);

    Node from(const Product& product);
    Node from(const Packet& packet);
    bool contains(Node set, const Packet& packet) const;
    Node all() const { return all_; }
    Node for_some_interface(Node set);

    packet::Diagram& diagram() { return diagram_; }
    const packet::Diagram& diagram() const { return diagram_; }
    const Scales& scales() const { return scales_; }
    // In the order of the diagram: family first, protocol before the fields that depend on it.
    const std::vector<packet::Axis>& axes() const { return axes_; }

    ProtocolKind kind(packet::Rank protocol) const;

    // The set seen one axis at a time: maximal rank ranges of the axis and where they lead, empty ends left out.
    struct Branch {
        RankRange ranks;
        Node to{};
    };
    std::vector<Branch> branches(Node set, const packet::Axis& axis) const;

private:
    struct Terms;

    Node ranges(packet::AxisKind kind, const std::vector<RankRange>& ranks);
    Node build(const packet::Axis& axis, int depth, packet::Rank base, const std::vector<RankRange>& ranks);
    Node addresses(packet::AxisKind kind, const AddressSetRef& set);
    Node services(const ServiceSetRef& set);
    Node term(const ServiceTerm& term);
    Node interfaces(packet::AxisKind kind, const InterfaceSet& set);
    const packet::Axis& axis(packet::AxisKind kind) const { return axes_[position_[static_cast<std::size_t>(kind)]]; }
    packet::Rank rank(const packet::Axis& axis, const Packet& packet) const;

    Scales scales_;
    std::vector<packet::Axis> axes_;
    std::array<std::size_t, 12> position_{};
    packet::Diagram diagram_;
    Node all_ = packet::kOut;

    // Value sets that were met before, by identity; the reference keeps the identity from being reused.
    std::array<std::unordered_map<AddressSetRef, Node>, 2> address_nodes_;
    std::unordered_map<ServiceSetRef, Node> service_nodes_;
};

}  // namespace fwproof
