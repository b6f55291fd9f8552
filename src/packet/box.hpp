// A product in ranks: one set for each field.
//
// Fields that a protocol does not have are left whole wherever no rule can test them, so a box says nothing about the
// port of an ESP packet; a box that restricts such a field names only protocols that have it.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "packet/rank_sets.hpp"

namespace fwproof::packet {

// Where a field has its place in a box: by AxisKind, further fields behind.
using Slot = std::uint8_t;
inline constexpr Slot kFieldSlot = static_cast<Slot>(AxisKind::field);
inline constexpr Slot kSlotCount = kFieldSlot + 13;

inline constexpr Slot slot_of(AxisKind kind) { return static_cast<Slot>(kind); }

// Source and destination are sets of the one family that the box has, and whole in a box of both.
struct Box {
    std::array<SetId, kSlotCount> sets{};  // kWholeSet

    SetId& operator[](AxisKind kind) { return sets[slot_of(kind)]; }
    SetId operator[](AxisKind kind) const { return sets[slot_of(kind)]; }
    friend bool operator==(const Box&, const Box&) = default;
};

}  // namespace fwproof::packet
