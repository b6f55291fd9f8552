// What a space holds: the scales of all fields, the order of the axes and the diagram that its sets are nodes of.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "fwproof/packet/packet_set.hpp"
#include "packet/axis_order.hpp"
#include "packet/box_maker.hpp"
#include "packet/list_diagram.hpp"

namespace fwproof {

class SpaceImpl {
public:
    using Node = packet::Node;
    using RankRange = packet::RankRange;

    // `order`: the kinds of fields from the first to the last tested, without AxisKind::field, whose axes come behind.
    SpaceImpl(packet::Scales scales, const packet::AxisOrder& order);
    SpaceImpl(const SpaceImpl&) = delete;

    Node from(const Product& product) { return from(&product, 1); }
    Node from(const Product* products, std::size_t count);
    Node from(const Packet& packet);
    bool contains(Node set, const Packet& packet) const;
    Node all() const { return all_; }
    Node for_some_interface(Node set);

    packet::Diagram& diagram() { return diagram_; }
    const packet::Diagram& diagram() const { return diagram_; }
    const packet::Scales& scales() const { return scales_; }
    packet::RankSets& sets() { return sets_; }
    packet::BoxMaker& boxes() { return boxes_; }
    packet::ListDiagram& lists() { return lists_; }
    // In the order of the diagram: family before addresses, protocol before the fields that depend on it.
    const std::vector<packet::Axis>& axes() const { return axes_; }

    packet::ProtocolKind kind(packet::Rank protocol) const { return scales_.kind(protocol); }

    // The set seen one axis at a time: maximal rank ranges of the axis and where they lead, empty ends left out. The
    // family is a rank and matters for addresses only.
    struct Branch {
        RankRange ranks;
        Node to{};
    };
    std::vector<Branch> branches(Node set, const packet::Axis& axis, packet::Rank family) const;

private:
    packet::Scales scales_;
    std::vector<packet::Axis> axes_;
    packet::Diagram diagram_;
    packet::RankSets sets_;
    packet::BoxMaker boxes_;
    packet::ListDiagram lists_;
    std::vector<packet::Box> scratch_;
    Node all_ = packet::kOut;
};

}  // namespace fwproof
