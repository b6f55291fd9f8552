#include "fwproof/base/csv.hpp"

#include <string_view>

#include "fwproof/base/printable.hpp"

namespace fwproof {

namespace {

std::string cell(std::string_view text) {
    std::string shown = printable(text);
    if (shown.find_first_of("=+-@") == 0) shown.insert(0, 1, '\'');
    if (shown.find_first_of(",\"'\n") == std::string::npos) return shown;
    std::string quoted = "\"";
    for (const char c : shown) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + '"';
}

}  // namespace

std::string csv_line(const std::vector<std::string>& cells) {
    std::string line;
    for (const auto& one : cells) line += (&one == cells.data() ? "" : ",") + cell(one);
    return line + "\r\n";
}

}  // namespace fwproof
