// The algebra of packet sets, and their size.
#include "fwproof/packet/packet_set.hpp"

#include <cmath>
#include <map>
#include <stdexcept>
#include <tuple>

#include "packet/space_impl.hpp"

namespace fwproof {

using packet::Axis;
using packet::AxisKind;
using packet::ProtocolKind;

namespace {

const SpaceImpl& same_space(const std::shared_ptr<SpaceImpl>& a, const std::shared_ptr<SpaceImpl>& b) {
    if (!a || a != b) throw std::logic_error("packet sets of different spaces");
    return *a;
}

// The number of values in a range of ranks, given what was decided on earlier axes.
class Count {
public:
    explicit Count(const SpaceImpl& space) : space_(space) {}

    long double of(packet::Node set) { return below(set, 0, 0, ProtocolKind::plain); }

private:
    long double below(packet::Node node, std::size_t position, packet::Rank family, ProtocolKind kind) {
        if (node == packet::kOut) return 0;
        if (position == space_.axes().size()) return 1;
        const auto key = std::make_tuple(node, position, family, kind);
        if (const auto found = known_.find(key); found != known_.end()) return found->second;
        const Axis& axis = space_.axes()[position];
        long double sum = 0;
        for (const auto& [ranks, to] : space_.branches(node, axis, family)) {
            if (axis.kind == AxisKind::family || axis.kind == AxisKind::protocol) {
                for (packet::Rank rank = ranks.first; rank <= ranks.last; ++rank) {
                    const bool is_family = axis.kind == AxisKind::family;
                    sum += values(axis, {rank, rank}, family, kind) *
                           below(to, position + 1, is_family ? rank : family, is_family ? kind : space_.kind(rank));
                }
            } else {
                sum += values(axis, ranks, family, kind) * below(to, position + 1, family, kind);
            }
        }
        known_.emplace(key, sum);
        return sum;
    }

    long double values(const Axis& axis, packet::RankRange ranks, packet::Rank family, ProtocolKind kind) const {
        const auto& scales = space_.scales();
        const bool ports = kind == ProtocolKind::ports || kind == ProtocolKind::tcp;
        const auto width = [&](const packet::Scale& scale) {
            return static_cast<long double>(scale.last(ranks.last) - scale.first(ranks.first)) + 1;
        };
        switch (axis.kind) {
            case AxisKind::source:
            case AxisKind::destination: return width(family == 0 ? scales.v4 : scales.v6);
            case AxisKind::protocol: return width(scales.protocol);
            case AxisKind::source_port:
            case AxisKind::destination_port: return ports ? width(scales.port) : 1;
            case AxisKind::icmp: return kind == ProtocolKind::icmp ? width(scales.icmp) : 1;
            case AxisKind::tcp_flags: return kind == ProtocolKind::tcp ? width(scales.tcp_flags) : 1;
            case AxisKind::state: return width(scales.state);
            case AxisKind::family: return 1;
            case AxisKind::in:
            case AxisKind::out:
            case AxisKind::field: break;
        }
        return static_cast<long double>(ranks.last - ranks.first) + 1;
    }

    const SpaceImpl& space_;
    std::map<std::tuple<packet::Node, std::size_t, packet::Rank, ProtocolKind>, long double> known_;
};

}  // namespace

bool PacketSet::empty() const { return root_ == packet::kOut; }
bool PacketSet::contains(const Packet& packet) const { return space_ && space_->contains(root_, packet); }

bool PacketSet::subset_of(const PacketSet& other) const {
    same_space(space_, other.space_);
    return space_->diagram().subtract(root_, other.root_) == packet::kOut;
}

bool PacketSet::intersects(const PacketSet& other) const {
    same_space(space_, other.space_);
    return !space_->diagram().disjoint(root_, other.root_);
}

PacketSet PacketSet::with(std::uint32_t root) const {
    PacketSet set = *this;
    set.root_ = root;
    return set;
}

PacketSet operator&(const PacketSet& a, const PacketSet& b) {
    same_space(a.space_, b.space_);
    return a.with(a.space_->diagram().intersect(a.root_, b.root_));
}

PacketSet operator|(const PacketSet& a, const PacketSet& b) {
    same_space(a.space_, b.space_);
    return a.with(a.space_->diagram().unite(a.root_, b.root_));
}

PacketSet operator-(const PacketSet& a, const PacketSet& b) {
    same_space(a.space_, b.space_);
    return a.with(a.space_->diagram().subtract(a.root_, b.root_));
}

bool operator==(const PacketSet& a, const PacketSet& b) {
    same_space(a.space_, b.space_);
    return a.root_ == b.root_;
}

PacketSet PacketSet::for_some_interface() const { return with(space_->for_some_interface(root_)); }

PacketSet PacketSet::for_every_interface() const {
    auto& diagram = space_->diagram();
    const auto outside = space_->for_some_interface(diagram.subtract(space_->all(), root_));
    return with(diagram.subtract(space_->all(), outside));
}

long double PacketSet::size() const { return space_ ? Count(*space_).of(root_) : 0; }

}  // namespace fwproof
