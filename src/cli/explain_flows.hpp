// Many flows asked of one export: a log, or the flows of an application.
#pragma once

#include <string>

#include "cli/command.hpp"
#include "fwproof/packet/packet_set.hpp"
#include "fwproof/policy/policy.hpp"

namespace fwproof::cli {

// One line, or one JSON object in a line, for each flow of the file: the verdict and the rule where one rule decides.
Result<int> explain_flows(const Policy& policy, const std::string& path, bool json, const Budget& budget, World& world);

}  // namespace fwproof::cli
