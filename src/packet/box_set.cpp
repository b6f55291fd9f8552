// Boxes are subtracted field by field: what lies outside the cut in the first field is one box, what lies inside goes
// on to the next. The protocol comes before the fields that depend on it and the family before the addresses, so that a
// box never restricts a field that one of its protocols does not have.
#include "fwproof/packet/box_set.hpp"

#include <algorithm>

#include "packet/space_impl.hpp"

namespace fwproof {

using packet::AxisKind;
using packet::kEmptySet;
using packet::kWholeSet;
using packet::ProtocolKind;
using packet::Rank;
using packet::RankRange;
using packet::RankSets;
using packet::Scale;
using packet::Slot;

namespace {

static_assert(packet::kSlotCount == std::tuple_size_v<decltype(BoxFields::sets)>);
static_assert(packet::kSlotCount == std::tuple_size_v<decltype(Point::ranks)>);

using Order = std::array<Slot, packet::kSlotCount>;

// The order in which fields are cut, and in which two boxes are tested: what tells rules apart comes early.
constexpr Order fields_in_order() {
    Order order{};
    std::size_t next = 0;
    for (const auto kind :
         {AxisKind::family, AxisKind::destination, AxisKind::source, AxisKind::protocol, AxisKind::destination_port,
          AxisKind::source_port, AxisKind::icmp, AxisKind::tcp_flags, AxisKind::state, AxisKind::in, AxisKind::out}) {
        order[next++] = packet::slot_of(kind);
    }
    for (Slot slot = packet::kFieldSlot; slot < packet::kSlotCount; ++slot) order[next++] = slot;
    return order;
}
constexpr Order kOrder = fields_in_order();

bool inside_box(const RankSets& sets, const BoxFields& inner, const BoxFields& outer) {
    return std::all_of(kOrder.begin(), kOrder.end(),
                       [&](Slot slot) { return sets.inside(inner.sets[slot], outer.sets[slot]); });
}

bool meet_boxes(const RankSets& sets, const BoxFields& a, const BoxFields& b) {
    for (const Slot slot : kOrder) {
        const auto x = a.sets[slot];
        const auto y = b.sets[slot];
        if (x != y && x != kWholeSet && y != kWholeSet && !sets.meet(x, y)) return false;
    }
    return true;
}

// Appends from - cut.
void subtract_box(RankSets& sets, BoxFields from, const BoxFields& cut, std::vector<BoxFields>& rest) {
    for (const Slot slot : kOrder) {
        const auto mine = from.sets[slot];
        const auto its = cut.sets[slot];
        if (its == kWholeSet || its == mine) continue;
        const auto outside = sets.subtract(mine, its);
        if (outside == kEmptySet) continue;
        rest.push_back(from);
        rest.back().sets[slot] = outside;
        from.sets[slot] = sets.intersect(mine, its);
    }
}

long double width(const RankSets& sets, packet::SetId set, const Scale& scale) {
    long double sum = 0;
    for (const RankRange& range : sets.ranges(set)) {
        const Rank last = std::min(range.last, scale.count() - 1);
        sum += static_cast<long double>(scale.last(last) - scale.first(range.first)) + 1;
    }
    return sum;
}

long double classes(const RankSets& sets, packet::SetId set, Rank count) {
    long double sum = 0;
    for (const RankRange& range : sets.ranges(set)) {
        sum += static_cast<long double>(std::min(range.last, count - 1) - range.first) + 1;
    }
    return sum;
}

}  // namespace

BoxSpace::BoxSpace(const Space& space) : space_(space.impl_) {}

void BoxSpace::add(const Product& product, BoxSet& set) const {
    std::vector<packet::Box> boxes;
    space_->boxes().add(product, boxes);
    for (const auto& box : boxes) set.boxes.push_back({box.sets});
}

BoxSet BoxSpace::disjoint(const BoxSet& set) const {
    if (set.boxes.size() < 2) return set;
    BoxSet made;
    for (const auto& box : set.boxes) {
        std::vector<BoxFields> parts;
        subtract(box, made, parts);
        made.boxes.insert(made.boxes.end(), parts.begin(), parts.end());
    }
    return made;
}

bool BoxSpace::contains(const BoxSet& set, const Point& point) const {
    const RankSets& sets = space_->sets();
    return std::any_of(set.boxes.begin(), set.boxes.end(), [&](const BoxFields& box) {
        return std::all_of(kOrder.begin(), kOrder.end(), [&](Slot slot) {
            return box.sets[slot] == kWholeSet || sets.contains(box.sets[slot], point.ranks[slot]);
        });
    });
}

bool BoxSpace::meet(const BoxSet& a, const BoxSet& b) const {
    for (const auto& x : a.boxes) {
        for (const auto& y : b.boxes) {
            if (meet_boxes(space_->sets(), x, y)) return true;
        }
    }
    return false;
}

void BoxSpace::subtract(const BoxFields& from, const BoxSet& cut, std::vector<BoxFields>& rest) const {
    RankSets& sets = space_->sets();
    std::vector<BoxFields> now = {from};
    std::vector<BoxFields> next;
    for (const auto& box : cut.boxes) {
        next.clear();
        for (const auto& part : now) {
            if (meet_boxes(sets, part, box)) {
                subtract_box(sets, part, box, next);
            } else {
                next.push_back(part);
            }
        }
        now.swap(next);
    }
    rest.insert(rest.end(), now.begin(), now.end());
}

BoxSet BoxSpace::subtract(const BoxSet& from, const BoxSet& cut) const {
    BoxSet rest;
    for (const auto& box : from.boxes) subtract(box, cut, rest.boxes);
    return rest;
}

BoxSet BoxSpace::intersect(const BoxSet& a, const BoxSet& b) const {
    RankSets& sets = space_->sets();
    BoxSet both;
    for (const auto& x : a.boxes) {
        for (const auto& y : b.boxes) {
            if (!meet_boxes(sets, x, y)) continue;
            BoxFields box = x;
            for (const Slot slot : kOrder) box.sets[slot] = sets.intersect(x.sets[slot], y.sets[slot]);
            both.boxes.push_back(box);
        }
    }
    return both;
}

bool BoxSpace::inside(const BoxSet& inner, const BoxSet& outer) const {
    std::vector<BoxFields> rest;
    for (const auto& box : inner.boxes) {
        const auto around = [&](const BoxFields& other) { return inside_box(space_->sets(), box, other); };
        if (std::any_of(outer.boxes.begin(), outer.boxes.end(), around)) continue;
        subtract(box, outer, rest);
        if (!rest.empty()) return false;
    }
    return true;
}

long double BoxSpace::size(const BoxSet& set) const {
    const RankSets& sets = space_->sets();
    const auto& scales = space_->scales();
    const auto at = [](const BoxFields& box, AxisKind kind) { return box.sets[packet::slot_of(kind)]; };
    long double sum = 0;
    for (const auto& box : set.boxes) {
        long double addresses = 0;
        for (const Rank family : {0U, 1U}) {
            if (!sets.contains(at(box, AxisKind::family), family)) continue;
            const Scale& scale = family == 0 ? scales.v4 : scales.v6;
            addresses +=
                width(sets, at(box, AxisKind::source), scale) * width(sets, at(box, AxisKind::destination), scale);
        }
        const long double ports = width(sets, at(box, AxisKind::source_port), scales.port) *
                                  width(sets, at(box, AxisKind::destination_port), scales.port);
        long double services = 0;
        for (const RankRange& range : sets.ranges(at(box, AxisKind::protocol))) {
            for (Rank rank = range.first; rank <= std::min(range.last, scales.protocol.count() - 1); ++rank) {
                const auto kind = scales.kind(rank);
                long double one =
                    static_cast<long double>(scales.protocol.last(rank) - scales.protocol.first(rank)) + 1;
                if (kind == ProtocolKind::ports || kind == ProtocolKind::tcp) one *= ports;
                if (kind == ProtocolKind::icmp) one *= width(sets, at(box, AxisKind::icmp), scales.icmp);
                if (kind == ProtocolKind::tcp) one *= width(sets, at(box, AxisKind::tcp_flags), scales.tcp_flags);
                services += one;
            }
        }
        long double rest = width(sets, at(box, AxisKind::state), scales.state) *
                           classes(sets, at(box, AxisKind::in), scales.interfaces.count()) *
                           classes(sets, at(box, AxisKind::out), scales.interfaces.count());
        for (std::size_t i = 0; i < scales.fields.size(); ++i) {
            rest *= classes(sets, box.sets[packet::kFieldSlot + i], scales.fields[i].second.count());
        }
        sum += addresses * services * rest;
    }
    return sum;
}

Point BoxSpace::point(const BoxFields& box, std::uint32_t number) const {
    const RankSets& sets = space_->sets();
    const auto& scales = space_->scales();
    std::uint32_t draw = number * 0x9e3779b9U;
    Point point;
    const auto choose = [&](const packet::Axis& axis) {
        const auto ranges = sets.ranges(box.sets[axis.slot]);
        const Rank count = scales.count(axis, point.ranks[packet::slot_of(AxisKind::family)]);
        RankRange range = ranges[0];
        Rank rank = range.first;
        if (number != 0) {
            draw = draw * 1'664'525U + 1'013'904'223U;
            range = ranges[(draw >> 16) % ranges.size()];
            const Rank last = std::min(range.last, count - 1);
            rank = range.first + (draw >> 4) % (last - range.first + 1);
        }
        point.ranks[axis.slot] = rank;
    };
    for (const auto& axis : space_->axes()) {
        // The axes come with the family before the addresses and the protocol before what depends on it.
        const auto kind = axis.kind;
        const bool dependent = kind == AxisKind::source_port || kind == AxisKind::destination_port ||
                               kind == AxisKind::icmp || kind == AxisKind::tcp_flags;
        if (dependent) {
            const auto has = scales.kind(point.ranks[packet::slot_of(AxisKind::protocol)]);
            const bool ports = has == ProtocolKind::ports || has == ProtocolKind::tcp;
            if (kind == AxisKind::icmp        ? has != ProtocolKind::icmp
                : kind == AxisKind::tcp_flags ? has != ProtocolKind::tcp
                                              : !ports) {
                continue;
            }
        }
        choose(axis);
    }
    return point;
}

Point BoxSpace::point(const Packet& packet) const { return {space_->boxes().ranks(packet)}; }

Packet BoxSpace::packet(const Point& point) const {
    BoxFields made;
    for (const auto& axis : space_->axes()) {
        const Rank count = space_->scales().count(axis, point.ranks[packet::slot_of(AxisKind::family)]);
        const Rank rank = point.ranks[axis.slot];
        made.sets[axis.slot] = space_->sets().intern({{rank, rank}}, count);
    }
    return pick(made);
}

Outline BoxSpace::outline(const Point& point) const {
    const auto at = [&](AxisKind kind) {
        const Rank rank = point.ranks[packet::slot_of(kind)];
        return Outline::Range{rank, rank};
    };
    const bool v4 = point.ranks[packet::slot_of(AxisKind::family)] == 0;
    Outline outline;
    outline.ranges[v4 ? Outline::destination_v4 : Outline::destination_v6] = at(AxisKind::destination);
    outline.ranges[v4 ? Outline::source_v4 : Outline::source_v6] = at(AxisKind::source);
    outline.ranges[Outline::protocol] = at(AxisKind::protocol);
    outline.ranges[Outline::destination_port] = at(AxisKind::destination_port);
    return outline;
}

}  // namespace fwproof
