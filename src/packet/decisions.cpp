#include "fwproof/packet/decisions.hpp"

#include "packet/space_impl.hpp"

namespace fwproof {

using namespace packet;

static_assert(static_cast<Node>(Decisions::permit) == kPermitBit && static_cast<Node>(Decisions::deny) == kDenyBit &&
              static_cast<Node>(Decisions::pass) == kPassBit);

Decisions Decisions::all_pass(const Space& space) {
    Decisions made;
    made.all_ = space.all();
    made.root_ = kPassBit;
    return made;
}

Decisions Decisions::of(const PacketSet& surely, const PacketSet& possibly, unsigned ends) {
    Decisions made;
    made.all_ = surely.with(surely.space_->all());
    auto& diagram = surely.space_->diagram();
    const Node sure = diagram.label(surely.root_, ends, kPassBit);
    made.root_ =
        surely == possibly ? sure : diagram.overlay(sure, diagram.label(possibly.root_, ends | kPassBit, kPassBit));
    return made;
}

Decisions Decisions::of_list(const std::vector<Listed>& list, const PacketSet& focus) {
    Decisions made;
    auto& space = *focus.space_;
    made.all_ = focus.with(space.all());
    std::vector<Box> boxes;
    std::vector<Tail> tails;
    for (const auto& [product, ends] : list) {
        boxes.clear();
        space.boxes().add(*product, boxes);
        for (const auto& box : boxes) tails.push_back(space.lists().tail(box, ends));
    }
    made.root_ = space.lists().build(std::move(tails), kPassBit, focus.root_ == space.all() ? kIn : focus.root_);
    return made;
}

Decisions Decisions::then(const Decisions& next) const {
    Decisions made = *this;
    made.root_ = all_.space_->diagram().overlay(root_, next.root_);
    return made;
}

PacketSet Decisions::may(unsigned ends) const { return may(ends, all_); }

PacketSet Decisions::may(unsigned ends, const PacketSet& within) const {
    return within.with(within.space_->diagram().select(root_, within.root_, ends));
}

}  // namespace fwproof
