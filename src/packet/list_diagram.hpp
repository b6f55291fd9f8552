// From a list of boxes to one diagram, from the top down.
//
// A list is ordered; every box has a terminal, and a packet gets that of the first box it is in (a terminal with the
// pass bit adds its other bits and leaves the packet to the boxes behind). What is left of a box from some field on is
// its tail: tails are hash-consed, so boxes that differ only in fields that were decided already are one and the same,
// and a list of tails names the diagram of a cell. A field is split bit by bit while the boxes are sorted into the
// halves, a list that was met before is looked up, and a node is made once, when both its sides are known: nothing is
// built that the result does not contain. Where many boxes cover a cell that others split further, stretches of the
// *list* are built apart, because their diagrams are shared by all parts of the cell, and then walked together in one
// pass. Cost: about the size of the result times the length of a short list; the overlays as in diagram.hpp.
#pragma once

#include <vector>

#include "packet/box.hpp"
#include "packet/diagram.hpp"
#include "packet/list_memo.hpp"

namespace fwproof::packet {

// A terminal, or a place in the table of tails behind the terminals.
using Tail = std::uint32_t;

// In the order of the axes of one space.
class ListDiagram {
public:
    ListDiagram(Diagram& diagram, const RankSets& sets, const std::vector<Axis>& axes)
        : diagram_(diagram), sets_(sets), axes_(axes) {}

    Tail tail(const Box& box, Node terminal);
    // Inside the region: what the list says, and `otherwise` where no box decides: kPassBit for decisions, kOut for
    // sets. Outside the region: `otherwise`.
    Node build(std::vector<Tail> list, Node otherwise, Node region = kIn);

private:
    struct Rest {
        std::uint32_t axis;
        SetId set;
        Tail next;
        friend bool operator==(const Rest&, const Rest&) = default;
    };
    // A box in a cell: the ranges of its set that reach into the cell. `begin` null: it covers the cell.
    struct Entry {
        Tail inside;  // the tail behind this axis
        const RankRange* begin;
        const RankRange* end;
    };

    const Rest& rest(Tail tail) const { return rests_[tail - kTerminalCount]; }
    Node of_list(std::size_t from, Node region);  // the list is the top of tails_
    Node of_cell(const Axis& axis, int depth, Rank base, std::size_t from, Node region);  // the top of entries_
    Node of_one(const Axis& axis, int depth, Rank base, Entry entry, Node inside);
    Node of_terminals(std::size_t from) const;
    void settle(std::size_t from);
    bool ends_all(Tail tail) const { return is_terminal(tail) && (tail & kPassBit) == 0; }
    Node of_diagrams(std::size_t from);  // the top of nodes_
    void forget();

    Diagram& diagram_;
    const RankSets& sets_;
    const std::vector<Axis>& axes_;
    Node otherwise_ = kOut;

    std::vector<Rest> rests_;
    std::vector<std::uint32_t> rest_buckets_;  // open addressing; 0: free, else the tail
    std::vector<Tail> tails_;                  // a stack of lists
    std::vector<Entry> entries_;               // a stack of cells' lists
    std::vector<Node> nodes_;                  // a stack of lists of diagrams
    ListMemo known_;                           // lists of tails, beside the region
    ListMemo known_diagrams_;
    Node known_otherwise_ = kOut;
};

}  // namespace fwproof::packet
