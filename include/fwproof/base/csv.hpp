// Lines of comma-separated values (RFC 4180) that are safe to open in a spreadsheet.
#pragma once

#include <string>
#include <vector>

namespace fwproof {

// Ended by CR LF. Cells are made safe to show; one that a spreadsheet would take for a formula starts with an
// apostrophe.
std::string csv_line(const std::vector<std::string>& cells);

}  // namespace fwproof
