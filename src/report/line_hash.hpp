// The fingerprint of a line that GitHub code scanning compares: "<64-bit hash>:<occurrence>".
#pragma once

#include <string>
#include <vector>

#include "fwproof/base/source.hpp"

namespace fwproof::report {

// Of every line of the text, the first at index 0. The hash is taken over the 100 characters that start at the line,
// blanks skipped, as CodeQL does it; lines with equal hashes are numbered.
std::vector<std::string> line_hashes(const Source& source);

}  // namespace fwproof::report
