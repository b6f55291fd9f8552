// Lines of comma-separated values (RFC 4180) that are safe to open in a spreadsheet.
#pragma once

#include <string>
#include <vector>

namespace fwproof::cli {

// Made safe to show; a cell that starts like a formula gets a quote mark before it.
std::string csv_line(const std::vector<std::string>& cells);

}  // namespace fwproof::cli
