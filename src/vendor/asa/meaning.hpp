// What a statement says, however it is spelt: two statements with one meaning are the same line of a device, and `no`
// in front of one removes the other.
#pragma once

#include <string>

#include "vendor/asa/config.hpp"

namespace fwproof::asa {

// Of a rule of a list: without position, log options, counters and whether the rule is active.
std::string meaning(const Config& config, const AccessList& list, const Ace& ace);
// Alike for rules that some device may take for one line and another may not: `eq 80` and `range 80 80`, and, where the
// release is not known, `any` and `0 0`.
std::string rough_meaning(const Config& config, const AccessList& list, const Ace& ace);
// Without position, options that change no address and whether the line is active.
std::string meaning(const Config& config, const NatLine& line);
std::string meaning(const Config& config, const OldNatLine& line);
std::string meaning(const Config& config, const ManagementLine& line);

}  // namespace fwproof::asa
