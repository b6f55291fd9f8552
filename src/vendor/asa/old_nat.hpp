// Translation before 8.3 as the parts of the lowering share it.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "vendor/asa/ports.hpp"

namespace fwproof::asa {

// What a list chooses for translation, rule by rule: from real addresses to the addresses that they talk to.
struct Chosen {
    const Ace* rule = nullptr;
    bool surely = true;  // false: perhaps it chooses something else as well, or nothing
};
// Nothing: the list is not in the export, or a rule of it was not understood or takes packets out.
std::optional<std::vector<Chosen>> chosen_by(const Lowering& lowering, std::string_view list);

// A `static ... access-list` whose list is one plain rule is a line with that rule's source and destination (then
// by_list and has_destination are both set); other lines stay as they are.
std::deque<NatLine> static_lines(const Lowering& lowering);

// What drops packets to real addresses whose answers would be translated; nothing where none would.
std::optional<Ruleset> old_reverse_path(Lowering& lowering, const std::deque<NatLine>& statics);

// With nat-control packets between levels need a translation, whatever the lists permit.
void lower_nat_control(Lowering& lowering, const std::vector<Port>& ports, Ruleset& ingress);

}  // namespace fwproof::asa
