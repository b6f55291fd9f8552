// Git, asked through its own program.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fwproof/base/result.hpp"

namespace fwproof::cli {

// What git prints for these arguments in the current directory, with `input` on its standard input. No shell is
// involved. Errors: git is not installed, or it failed and said why; a status up to `allowed` is no failure.
Result<std::string> run_git(const std::vector<std::string>& arguments, std::string_view input = {}, int allowed = 0);

// One object as `git cat-file --batch` names it ("HEAD:rules/edge.cfg", an object id).
struct GitObject {
    std::string type;   // "blob", "tree", "commit"; empty: there is none of that name
    std::string id;     // in hexadecimal
    std::string bytes;  // of a blob; of others only when asked for
};

// A path of the current directory as git takes it behind "REV:" or ":"; git counts from the root of the repository
// unless the path says otherwise.
std::string git_path(const std::string& path);

// The objects of these names, in their order. A name must not contain a line end.
Result<std::vector<GitObject>> read_git_objects(const std::vector<std::string>& names);

}  // namespace fwproof::cli
