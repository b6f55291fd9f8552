// Text of an export inside the syntax of a format.
#pragma once

#include <string>
#include <string_view>

#include "fwproof/base/printable.hpp"

namespace fwproof::report {

// For XML and HTML, text and attribute values: printable, with & < > " ' as references.
std::string in_markup(std::string_view text);

}  // namespace fwproof::report
