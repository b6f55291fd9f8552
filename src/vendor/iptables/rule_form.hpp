// What iptables-restore refuses in a rule for its form: values that are no values, options that have to be there.
#pragma once

#include <optional>

#include "vendor/iptables/ast.hpp"

namespace fwproof::iptables {

std::optional<Issue> misuse(const RuleAst& rule);

// Values of that match which do not go together.
std::optional<Issue> contradiction(const RuleAst& rule, std::uint16_t match);

}  // namespace fwproof::iptables
