// The settings of the project that the input lies in.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "cli/stored.hpp"
#include "fwproof/catalog/site.hpp"

namespace fwproof::cli {

struct Project {
    ProjectFile file;
    std::string site;  // path as seen from the current directory; empty: the file names none
};

// The nearest .fwproof.toml at or above each input (an export, a directory, a site file), up to the root of its git
// repository; nothing where there is none. Without an input that is a path the current directory counts. Error: inputs
// of two projects. `stored`: as that version of the repository has the files; null: as they are on the disk.
Loaded<std::optional<Project>> find_project(const std::vector<std::string>& inputs, World& world,
                                            const StoredFiles* stored = nullptr);

}  // namespace fwproof::cli
