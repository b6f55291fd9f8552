// Whether two Windows programs are the same file, as far as their paths tell.
#pragma once

#include <string_view>

namespace fwproof::cli {

enum class Likeness { same, different, open };

// Letters compare without case, and either slash separates. %SystemRoot% and its like are taken to be where Windows
// puts them; where only that could make two paths of one file name differ, and for short names (PROGRA~1) and variables
// that nobody knows, the answer is open.
Likeness compare_programs(std::string_view a, std::string_view b);

}  // namespace fwproof::cli
