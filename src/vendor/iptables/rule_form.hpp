// What iptables-restore refuses in a rule for its form: values that are no values, options that have to be there.
#pragma once

#include <optional>

#include "vendor/iptables/ast.hpp"

namespace fwproof::iptables {

std::optional<Issue> misuse(const RuleAst& rule);

}  // namespace fwproof::iptables
