#include "cli/csv.hpp"

#include <string_view>

#include "fwproof/base/printable.hpp"

namespace fwproof::cli {

namespace {

std::string csv_cell(std::string_view text) {
    std::string cell = printable(text);
    // A cell that starts like a formula would run in a spreadsheet.
    if (!cell.empty() && std::string_view("=+-@").find(cell[0]) != std::string_view::npos) cell.insert(0, "'");
    if (cell.find_first_of(",\"\n") == std::string::npos) return cell;
    std::string quoted_cell = "\"";
    for (const char c : cell) quoted_cell += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted_cell + "\"";
}

}  // namespace

std::string csv_line(const std::vector<std::string>& cells) {
    std::string line;
    for (const auto& cell : cells) line += (line.empty() ? "" : ",") + csv_cell(cell);
    return line + "\n";
}

}  // namespace fwproof::cli
