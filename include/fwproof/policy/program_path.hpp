// Whether two Windows programs are the same file, as far as their paths tell.
#pragma once

#include <string_view>

namespace fwproof {

enum class Likeness { same, different, open };

// Letters compare without case, and either slash separates. %SystemRoot% and its like are taken to be where Windows
// puts them; where only that could make two paths of one file name differ, and for short names (PROGRA~1) and variables
// that nobody knows, the answer is open.
Likeness compare_programs(std::string_view a, std::string_view b);

// Whether a rule for the program `scoped` is one for `named`, which may be a file name alone: then a file of that name
// is it where only administrators may put one, below the directories of Windows and of programs. Elsewhere the answer
// is open, since anybody may have put it there.
Likeness serves_program(std::string_view named, std::string_view scoped);

}  // namespace fwproof
