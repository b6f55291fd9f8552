// The settings of the project that the current directory lies in.
#pragma once

#include <optional>
#include <string>

#include "cli/command.hpp"
#include "fwproof/catalog/site.hpp"

namespace fwproof::cli {

struct Project {
    ProjectFile file;
    std::string site;  // path as seen from the current directory; empty: the file names none
};

// The nearest .fwproof.toml of the current directory and those above it, up to the root of the git repository; nothing
// where there is none.
Loaded<std::optional<Project>> find_project(World& world);

}  // namespace fwproof::cli
