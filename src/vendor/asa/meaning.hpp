// What a statement says, however it is spelt: two statements with one meaning are the same line of a device, and `no`
// in front of one removes the other.
#pragma once

#include <string>

#include "vendor/asa/config.hpp"

namespace fwproof::asa {

// Without position, log options, counters and whether the rule is active.
std::string meaning(const Config& config, const Ace& ace);
// Without position, options that change no address and whether the line is active.
std::string meaning(const Config& config, const NatLine& line);
std::string meaning(const Config& config, const OldNatLine& line);
std::string meaning(const Config& config, const ManagementLine& line);

}  // namespace fwproof::asa
