// What a change counts as for --fail-on.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "cli/diff_report.hpp"

namespace fwproof::cli {

// What --fail-on of diff names beside severities: "widened", "narrowed", "changed", "required-lost".
const std::vector<std::string>& effect_names();
// The checks that find it; that something was not compared is no finding of theirs.
std::vector<std::string> checks_of_effect(const std::string& effect);

// Whether the change has one of the effects, as far as anybody can say: what was not compared has those of access.
bool has_effect(const DiffReport& report, const std::set<std::string>& effects);

}  // namespace fwproof::cli
