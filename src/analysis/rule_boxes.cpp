#include "analysis/rule_boxes.hpp"

#include <algorithm>

namespace fwproof {

bool depends_on_history(const Match& match) {
    return !match.registers.empty() || match.destination_translated || match.original_header;
}

RuleBoxes rule_boxes(const Rule& rule, const BoxSpace& boxes) {
    RuleBoxes made;
    if (!rule.enabled) return made;
    const RuleMatch& match = rule.match;
    made.exact = match.exact() && std::none_of(match.any_of.begin(), match.any_of.end(), depends_on_history);
    for (const auto& one : match.any_of) {
        const bool by_header = !depends_on_history(one);
        if (by_header && !match.conditional) boxes.add(one.header, made.surely);
        if (by_header && match.conditional && match.outer.empty()) boxes.add(one.header, made.given);
        if (!made.exact) boxes.add(one.header, made.possibly);
    }
    for (const auto& one : match.outer) {
        boxes.add(one.header, made.possibly);
        if (match.conditional && !depends_on_history(one)) boxes.add(one.header, made.given);
    }
    return made;
}

}  // namespace fwproof
