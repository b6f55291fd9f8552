// Picking a member that looks like a packet one meets.
//
// No path of a diagram of sets ends in nothing but the empty set itself, so the choice is greedy: axis by axis, the
// most ordinary value that still leads somewhere.
#include <algorithm>
#include <array>
#include <limits>

#include "fwproof/packet/box_set.hpp"
#include "packet/space_impl.hpp"

namespace fwproof {

using packet::Axis;
using packet::AxisKind;
using packet::Rank;
using packet::Scale;

namespace {

// Values to take where their class can be had, best first.
using Preferred = std::vector<uint128>;

constexpr std::uint16_t kFirstEphemeralPort = 49152;

bool ordinary(Family family, uint128 address) {
    if (family == Family::v6) return address >> 125 == 1;  // 2000::/3, global unicast
    const auto first_byte = static_cast<unsigned>(address >> 24);
    return first_byte != 0 && first_byte != 127 && first_byte < 224;
}

// The lowest ordinary address from first to last: neither of a special range nor one that ends like a network's own.
std::optional<uint128> ordinary_address(Family family, uint128 first, uint128 last) {
    const uint128 low_bits = family == Family::v4 ? 0xff : 0xffff;
    std::vector<uint128> starts = {first};
    if (family == Family::v4) {
        for (const std::uint32_t start : {0x01000000U, 0x80000000U}) starts.push_back(start);
    } else {
        starts.push_back(uint128{0x2001'0db8} << 96);
        starts.push_back(uint128{1} << 125);
    }
    for (uint128 start : starts) {
        if ((start & low_bits) == 0 && start != last) ++start;
        if (start >= first && start <= last && ordinary(family, start)) return start;
    }
    if (ordinary(family, first)) return first;
    return std::nullopt;
}

Preferred preferred_field(Field field) {
    switch (field) {
        case Field::source_mac: return {0x02'00'00'00'00'01};
        case Field::packet_length: return {60};
        case Field::ttl: return {64};
        case Field::source_kind:
        case Field::destination_kind: return {static_cast<unsigned>(AddressKind::unicast)};
        default: return {};
    }
}

class Picker {
public:
    explicit Picker(const SpaceImpl& space) : space_(space) {}

    Packet pick(packet::Node set) {
        for (const Axis& axis : space_.axes()) set = choose(axis, space_.branches(set, axis, family()));
        if (packet_.protocol == kTcp) settle_flags();
        return packet_;
    }

    Packet pick(const BoxFields& box, const packet::RankSets& sets) {
        for (const Axis& axis : space_.axes()) {
            const Rank last = space_.scales().count(axis, family()) - 1;
            Branches branches;
            for (const auto& range : sets.ranges(box.sets[axis.slot])) {
                branches.push_back({{range.first, std::min(range.last, last)}, packet::kIn});
            }
            choose(axis, branches);
        }
        if (packet_.protocol == kTcp) settle_flags();
        return packet_;
    }

private:
    using Branches = std::vector<SpaceImpl::Branch>;

    Rank family() const { return packet_.source.family == Family::v4 ? 0 : 1; }

    packet::Node choose(const Axis& axis, const Branches& branches) {
        const auto& scales = space_.scales();
        const bool ports = has_ports(packet_.protocol);
        switch (axis.kind) {
            case AxisKind::family:
                packet_.source.family = branches[0].ranks.first == 0 ? Family::v4 : Family::v6;
                packet_.destination.family = packet_.source.family;
                return branches[0].to;
            case AxisKind::source: return choose_address(packet_.source, branches);
            case AxisKind::destination: return choose_address(packet_.destination, branches);
            case AxisKind::protocol: return choose_value(packet_.protocol, scales.protocol, branches, {kTcp, kUdp});
            case AxisKind::source_port:
                if (!ports) return branches[0].to;
                return choose_value(packet_.source_port, scales.port, branches, {kFirstEphemeralPort});
            case AxisKind::destination_port:
                if (!ports) return branches[0].to;
                return choose_value(packet_.destination_port, scales.port, branches, {443, 1});
            case AxisKind::icmp: {
                if (!has_icmp_type(packet_.protocol)) return branches[0].to;
                std::uint16_t type_code = 0;
                const unsigned echo = packet_.protocol == kIcmp ? 8 : 128;
                const auto to = choose_value(type_code, scales.icmp, branches, {echo << 8});
                packet_.icmp_type = static_cast<std::uint8_t>(type_code >> 8);
                packet_.icmp_code = static_cast<std::uint8_t>(type_code & 0xff);
                return to;
            }
            case AxisKind::tcp_flags:
                if (packet_.protocol != kTcp) return branches[0].to;
                flags_ = branches;
                return choose_value(packet_.tcp_flags, scales.tcp_flags, branches, {kSyn, kAck, kSyn | kAck});
            case AxisKind::state: {
                unsigned state = 0;
                const auto to = choose_value(state, scales.state, branches, {});
                packet_.state = static_cast<State>(state);
                return to;
            }
            case AxisKind::in: packet_.in = scales.interfaces.name(branches[0].ranks.first); return branches[0].to;
            case AxisKind::out: packet_.out = scales.interfaces.name(branches[0].ranks.first); return branches[0].to;
            case AxisKind::field: break;
        }
        std::uint64_t value = 0;
        const auto found = std::find_if(scales.fields.begin(), scales.fields.end(),
                                        [&](const auto& field) { return field.first == axis.field; });
        const auto to = choose_value(value, found->second, branches, preferred_field(axis.field));
        packet_.fields[axis.field] = value;
        return to;
    }

    packet::Node choose_address(Address& address, const Branches& branches) {
        const Scale& scale = address.family == Family::v4 ? space_.scales().v4 : space_.scales().v6;
        for (const auto& [ranks, to] : branches) {
            const auto found = ordinary_address(address.family, scale.first(ranks.first), scale.last(ranks.last));
            if (!found) continue;
            address.value = *found;
            return to;
        }
        address.value = scale.first(branches[0].ranks.first);
        return branches[0].to;
    }

    template <class T>
    packet::Node choose_value(T& value, const Scale& scale, const Branches& branches, const Preferred& preferred) {
        for (const uint128 wish : preferred) {
            const Rank rank = scale.rank(wish);
            for (const auto& [ranks, to] : branches) {
                if (rank < ranks.first || rank > ranks.last) continue;
                value = static_cast<T>(wish);
                return to;
            }
        }
        value = static_cast<T>(scale.first(branches[0].ranks.first));
        return branches[0].to;
    }

    // A packet that is not new carries ACK, where that makes no difference to being a member.
    void settle_flags() {
        if (packet_.state == State::new_ || packet_.tcp_flags != kSyn) return;
        const Rank syn = space_.scales().tcp_flags.rank(kSyn);
        const Rank ack = space_.scales().tcp_flags.rank(kAck);
        const auto holds = [&](Rank rank) {
            return std::find_if(flags_.begin(), flags_.end(), [&](const auto& branch) {
                return branch.ranks.first <= rank && rank <= branch.ranks.last;
            });
        };
        const auto with_ack = holds(ack);
        if (with_ack != flags_.end() && with_ack->to == holds(syn)->to) packet_.tcp_flags = kAck;
    }

    const SpaceImpl& space_;
    Packet packet_;
    Branches flags_;
};

}  // namespace

std::optional<Packet> PacketSet::pick() const {
    if (!space_ || empty()) return std::nullopt;
    return Picker(*space_).pick(root_);
}

Packet BoxSpace::pick(const BoxFields& box) const { return Picker(*space_).pick(box, space_->sets()); }

}  // namespace fwproof
