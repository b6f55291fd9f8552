#include "packet/axis_order.hpp"

#include <algorithm>

#include "fwproof/packet/packet_set.hpp"
#include "packet/box_maker.hpp"
#include "packet/list_diagram.hpp"

namespace fwproof::packet {

namespace {

constexpr AxisKind kFamily = AxisKind::family, kInto = AxisKind::in, kOutOf = AxisKind::out,
                   kTo = AxisKind::destination, kFrom = AxisKind::source, kProtocol = AxisKind::protocol,
                   kPort = AxisKind::destination_port, kFromPort = AxisKind::source_port, kIcmp = AxisKind::icmp,
                   kFlags = AxisKind::tcp_flags, kState = AxisKind::state;

constexpr AxisOrder kOrders[] = {
    {kFamily, kInto, kOutOf, kTo, kFrom, kProtocol, kPort, kFromPort, kIcmp, kFlags, kState},
    {kFamily, kInto, kOutOf, kFrom, kTo, kProtocol, kPort, kFromPort, kIcmp, kFlags, kState},
    {kFamily, kInto, kOutOf, kProtocol, kPort, kFromPort, kIcmp, kFlags, kTo, kFrom, kState},
    {kFamily, kInto, kOutOf, kProtocol, kPort, kFromPort, kIcmp, kFlags, kFrom, kTo, kState},
    {kFamily, kInto, kOutOf, kTo, kProtocol, kPort, kFromPort, kIcmp, kFlags, kFrom, kState},
    {kFamily, kInto, kOutOf, kFrom, kProtocol, kPort, kFromPort, kIcmp, kFlags, kTo, kState},
};

constexpr std::size_t kMostWeight = 4'096;
constexpr std::size_t kFewestRaced = 12;

std::size_t weight_of(const Product& product) {
    std::size_t weight = 4;
    for (const auto* set : {&product.source, &product.destination}) {
        if (*set) weight += (*set)->v4.intervals().size() + (*set)->v6.intervals().size();
    }
    if (product.services) {
        for (const auto& term : product.services->terms) weight += 2 + term.destination_ports.intervals().size();
    }
    return weight;
}

// Nodes that the list needs in this order; the limit when it needs as many or more.
std::size_t cost(const Scales& scales, const RankSets& sets, const std::vector<std::pair<Box, Node>>& list,
                 const AxisOrder& order, std::size_t limit) {
    const auto axes = lay_out(scales, order);
    Diagram diagram(limit);
    ListDiagram lists(diagram, sets, axes);
    std::vector<Tail> tails;
    tails.reserve(list.size());
    for (const auto& [box, terminal] : list) tails.push_back(lists.tail(box, terminal));
    try {
        lists.build(std::move(tails), kPassBit);
    } catch (const OutOfBudget&) {
        return limit;
    }
    return diagram.node_count();
}

}  // namespace

const AxisOrder& usual_order() { return kOrders[0]; }

std::vector<Axis> lay_out(const Scales& scales, const AxisOrder& order) {
    std::vector<Axis> axes;
    const auto add = [&](AxisKind kind, Field field, Slot slot) {
        const auto first = axes.empty() ? Variable{0} : static_cast<Variable>(axes.back().first + axes.back().bits);
        Axis axis{kind, field, slot, first, 0};
        axis.bits = bits_for(std::max(scales.count(axis, 0), scales.count(axis, 1)));
        axes.push_back(axis);
    };
    for (const AxisKind kind : order) add(kind, {}, slot_of(kind));
    for (std::size_t i = 0; i < scales.fields.size(); ++i) {
        add(AxisKind::field, scales.fields[i].first, static_cast<Slot>(kFieldSlot + i));
    }
    return axes;
}

AxisOrder race_orders(const Scales& scales, const std::vector<Product>& sample) {
    RankSets sets;
    BoxMaker maker(scales, sets);
    std::vector<std::pair<Box, Node>> list;
    std::vector<Box> boxes;
    std::uint32_t draw = 1;
    // Large value sets tell the orders apart with few rules.
    std::size_t weight = 0;
    for (const auto& product : sample) weight += weight_of(product);
    const std::size_t every =
        std::min(weight / kMostWeight + 1, std::max<std::size_t>(sample.size() / kFewestRaced, 1));
    for (std::size_t i = 0; i < sample.size(); i += every) {
        const Product& product = sample[i];
        draw = draw * 1'664'525 + 1'013'904'223;
        const Node terminal = draw >> 30 == 0 ? kDenyBit : kPermitBit;
        boxes.clear();
        maker.add(product, boxes);
        for (const auto& box : boxes) list.emplace_back(box, terminal);
    }
    // All start with little; the first round in which one finishes decides.
    for (std::size_t limit = 16'384;; limit *= 4) {
        const AxisOrder* best = nullptr;
        std::size_t least = limit;
        for (const auto& order : kOrders) {
            const std::size_t used = cost(scales, sets, list, order, least);
            if (used >= least) continue;
            // Small differences in a sample say nothing; then the earlier order of the table stays.
            least = used - used / 5;
            best = &order;
        }
        if (best) return *best;
        if (limit > 4'000'000) return usual_order();
    }
}

}  // namespace fwproof::packet
