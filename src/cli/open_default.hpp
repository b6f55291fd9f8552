// Why what no rule decides is unknown.
#pragma once

#include <optional>
#include <string>

#include "fwproof/policy/policy.hpp"

namespace fwproof::cli {

struct OpenDefault {
    std::string why;   // "the export does not tell what becomes of packets that no rule decides"
    std::string tell;  // what would decide it; may be empty
};

// Nothing: it names a rule, or a default that is known.
std::optional<OpenDefault> open_default(const Policy& policy, const RuleRef& ref);

}  // namespace fwproof::cli
