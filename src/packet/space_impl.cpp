#include "packet/space_impl.hpp"

#include <algorithm>

namespace fwproof {

using packet::Axis;
using packet::AxisKind;
using packet::kIn;
using packet::kOut;
using packet::Rank;

namespace {

const Product kEverything;

}  // namespace

SpaceImpl::SpaceImpl(packet::Scales scales, const packet::AxisOrder& order)
    : scales_(std::move(scales)),
      axes_(packet::lay_out(scales_, order)),
      diagram_(Budget().nodes),
      boxes_(scales_, sets_),
      lists_(diagram_, sets_, axes_) {
    all_ = from(kEverything);
}

SpaceImpl::Node SpaceImpl::from(const Product* products, std::size_t count) {
    scratch_.clear();
    for (std::size_t i = 0; i < count; ++i) boxes_.add_strict(products[i], scratch_);
    std::vector<packet::Tail> list;
    list.reserve(scratch_.size());
    for (const auto& box : scratch_) list.push_back(lists_.tail(box, kIn));
    return lists_.build(std::move(list), kOut);
}

SpaceImpl::Node SpaceImpl::from(const Packet& packet) {
    const auto ranks = boxes_.ranks(packet);
    Node node = kIn;
    for (auto axis = axes_.rbegin(); axis != axes_.rend(); ++axis) {
        for (int bit = 0; bit < axis->bits; ++bit) {
            const bool one = (ranks[axis->slot] >> bit & 1) != 0;
            const auto variable = static_cast<packet::Variable>(axis->first + axis->bits - 1 - bit);
            node = diagram_.make(variable, one ? kOut : node, one ? node : kOut);
        }
    }
    return diagram_.intersect(node, all_);
}

bool SpaceImpl::contains(Node set, const Packet& packet) const {
    const auto ranks = boxes_.ranks(packet);
    for (const Axis& axis : axes_) {
        for (int bit = 0; bit < axis.bits; ++bit) {
            if (diagram_.variable(set) != axis.first + bit) continue;
            set = (ranks[axis.slot] >> (axis.bits - 1 - bit) & 1) != 0 ? diagram_.high(set) : diagram_.low(set);
        }
    }
    return set == kIn;
}

SpaceImpl::Node SpaceImpl::for_some_interface(Node set) {
    for (const Axis& axis : axes_) {
        if ((axis.kind != AxisKind::in && axis.kind != AxisKind::out) || axis.bits == 0) continue;
        set = diagram_.exists(set, axis.first, static_cast<packet::Variable>(axis.first + axis.bits - 1));
    }
    return diagram_.intersect(set, all_);
}

std::vector<SpaceImpl::Branch> SpaceImpl::branches(Node set, const Axis& axis, Rank family) const {
    std::vector<Branch> found;
    const Rank count = scales_.count(axis, family);
    const auto visit = [&](const auto& self, Node node, int depth, Rank base) -> void {
        if (node == kOut || base >= count) return;
        const int end = axis.first + axis.bits;
        if (packet::is_terminal(node) || diagram_.variable(node) >= end) {
            const Rank last = std::min(base + ((Rank{1} << (axis.bits - depth)) - 1), count - 1);
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
