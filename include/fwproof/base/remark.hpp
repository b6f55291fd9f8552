// What people write for others beside what a device obeys.
#pragma once

#include <string_view>

namespace fwproof {

// The remark, comment or description in one line of an export, in the forms of every vendor; a part of it. Empty: there
// is none. Quotes around it may be among it, and a rule has its own name beside.
std::string_view remark_of(std::string_view line);

}  // namespace fwproof
