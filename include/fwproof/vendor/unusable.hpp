// Files that are found and not named: which of them to leave aside.
#pragma once

#include <optional>
#include <string>

#include "fwproof/vendor/vendor.hpp"

namespace fwproof {

// Why an input of a known form is nobody's policy: an archive, a report for people that cannot decide a packet,
// settings without a firewall among them. Nothing: it is a policy, or loading it says what is wrong with it.
std::optional<std::string> unusable_reason(const Input& input);

}  // namespace fwproof
