// Small sets of packets as lists of boxes: exact questions about a few rules at a time, without a diagram.
//
// A box is a product in ranks. Boxes are subtracted lazily: what is asked is mostly whether anything is left, and one
// packet that is left answers that. So the cost follows the answer, and nothing is kept behind it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "fwproof/packet/packet_set.hpp"

namespace fwproof {

// One packet in ranks, fields that its protocol does not have at zero.
struct Point {
    std::array<std::uint32_t, 24> ranks{};
};

// The fields of one box by the numbers of their value sets; only BoxSpace can tell more.
struct BoxFields {
    std::array<std::uint32_t, 24> sets{};
};

// A union of boxes, disjoint or not.
struct BoxSet {
    std::vector<BoxFields> boxes;
    bool empty() const { return boxes.empty(); }
};

// Boxes over the coordinates of a space. Not to be used by two threads at once.
class BoxSpace {
public:
    explicit BoxSpace(const Space& space);

    // Adds the product to the set.
    void add(const Product& product, BoxSet& set) const;
    // Disjoint boxes that make up the same set.
    BoxSet disjoint(const BoxSet& set) const;

    bool contains(const BoxSet& set, const Point& point) const;
    bool meet(const BoxSet& a, const BoxSet& b) const;
    // Appends disjoint boxes that make up from - cut; `from` is one box.
    void subtract(const BoxFields& from, const BoxSet& cut, std::vector<BoxFields>& rest) const;
    BoxSet subtract(const BoxSet& from, const BoxSet& cut) const;  // disjoint where `from` is
    BoxSet intersect(const BoxSet& a, const BoxSet& b) const;
    bool inside(const BoxSet& inner, const BoxSet& outer) const;

    // Number of members, as PacketSet::size; of disjoint boxes.
    long double size(const BoxSet& set) const;
    // Some member of the box; another one for another number.
    Point point(const BoxFields& box, std::uint32_t number) const;
    Point point(const Packet& packet) const;
    Packet packet(const Point& point) const;
    Outline outline(const Point& point) const;
    // As PacketSet::pick.
    Packet pick(const BoxFields& box) const;

private:
    std::shared_ptr<SpaceImpl> space_;
};

}  // namespace fwproof
