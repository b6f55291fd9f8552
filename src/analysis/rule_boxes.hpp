// What one rule matches, as boxes.
#pragma once

#include "fwproof/packet/box_set.hpp"
#include "fwproof/policy/rule.hpp"

namespace fwproof {

struct RuleBoxes {
    BoxSet surely;  // whatever marks, translations and conditions are
    // Of conditional rules: what one with equal conditions and, if it is not exact beside them, the same match matches
    // when this one does; whatever marks and translations are.
    BoxSet given;
    BoxSet possibly;    // not set where `exact`
    bool exact = true;  // `surely` is all that it may match
};

// Nothing for a rule that is disabled.
RuleBoxes rule_boxes(const Rule& rule, const BoxSpace& boxes);

// Whether it tests what earlier rules did to the packet.
bool depends_on_history(const Match& match);

}  // namespace fwproof
