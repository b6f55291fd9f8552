#pragma once

#include <string>

namespace fwproof::cli {

// man/fwproof-checks.7 in mdoc, made of the pages of all checks.
std::string checks_manual();

}  // namespace fwproof::cli
