// What rules make of every packet at once.
//
// One diagram maps each packet to the set of what can become of it: permitted, denied, or passed on undecided. Putting
// one list of rules behind another is a single operation, `then`, and it is associative: a long list is combined in
// balanced halves, and both bounds of a three-valued answer come out of the same pass.
#pragma once

#include <vector>

#include "fwproof/packet/packet_set.hpp"

namespace fwproof {

class Decisions {
public:
    enum End : std::uint8_t { permit = 1, deny = 2, pass = 4 };

    static Decisions all_pass(const Space& space);
    // What one rule decides: `ends` (a union of permit and deny) for the packets it surely matches, `ends` or pass for
    // those it possibly matches, pass for the rest. surely is a subset of possibly.
    static Decisions of(const PacketSet& surely, const PacketSet& possibly, unsigned ends);

    // A list of rules at once: in order, what the products match gets the ends; pass among them: only possibly matched.
    // Only inside the focus; all others pass. Much quicker than putting the rules together one by one.
    struct Listed {
        const Product* match;
        unsigned ends;
    };
    static Decisions of_list(const std::vector<Listed>& list, const PacketSet& focus);

    // These rules, and `next` for what they pass.
    Decisions then(const Decisions& next) const;

    // The packets of which one of the ends can become.
    PacketSet may(unsigned ends) const;
    PacketSet may(unsigned ends, const PacketSet& within) const;

    friend bool operator==(const Decisions& a, const Decisions& b) { return a.root_ == b.root_ && a.all_ == b.all_; }

private:
    PacketSet all_;
    std::uint32_t root_ = 0;
};

}  // namespace fwproof
