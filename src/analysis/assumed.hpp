// What the answers about a policy leave out because it is assumed, and what one of two policies alone assumes.
#pragma once

#include <string>
#include <vector>

#include "fwproof/analysis/review.hpp"

namespace fwproof {

// Policy::impossible without the packets that an assumption alone leaves out: later fragments, and what a condition
// that no header shows is said of (Field::opaque). There may be such packets.
std::vector<Product> truly_impossible(const Policy& policy);

// The packets of the question that an assumption leaves out and an edited rule asks for, and those of `whole` among
// which they are told by name; none where no such rule was edited.
struct LeftOut {
    Product packets;
    Product whole;
};
std::vector<LeftOut> left_out(const Product& question, const Product& whole, const std::vector<const Rule*>& edited);

// The sentences that one of the policies alone assumes, in its order.
std::vector<Assumed> assumed_by_one(const Policy& before, const Policy& after);

}  // namespace fwproof
