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
    made.root_ = surely == possibly ? sure : diagram.overlay(sure, diagram.label(possibly.root_, ends | kPassBit, kPassBit));
    return made;
}

Decisions Decisions::then(const Decisions& next) const {
    Decisions made = *this;
    made.root_ = all_.space_->diagram().overlay(root_, next.root_);
    return made;
}

PacketSet Decisions::may(unsigned ends) const {
    auto& diagram = all_.space_->diagram();
    return all_.with(diagram.intersect(diagram.having(root_, ends), all_.root_));
}

}  // namespace fwproof
