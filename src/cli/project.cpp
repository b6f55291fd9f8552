#include "cli/project.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "cli/read.hpp"
#include "cli/site_input.hpp"

namespace fwproof::cli {

namespace {

namespace fs = std::filesystem;

constexpr const char* kName = ".fwproof.toml";

// The file for what lies in that directory, as seen from the current one; empty: there is none.
std::string nearest(const fs::path& from, const fs::path& here, const StoredFiles* stored) {
    std::error_code problem;
    for (fs::path directory = from;; directory = directory.parent_path()) {
        const std::string file = (directory / kName).lexically_relative(here).string();
        if (stored ? stored->has(file) : fs::is_regular_file(directory / kName, problem)) return file;
        if (fs::exists(directory / ".git", problem) || directory == directory.root_path()) return {};
    }
}

// The directory that an input lies in, or is.
fs::path directory_of(const std::string& input, const fs::path& here) {
    std::error_code problem;
    const fs::path path = (here / input).lexically_normal();
    return fs::is_directory(path, problem) && path.has_filename() ? path : path.parent_path();
}

}  // namespace

Loaded<std::optional<Project>> find_project(const std::vector<std::string>& inputs, World& world,
                                            const StoredFiles* stored) {
    std::error_code problem;
    const fs::path here = fs::current_path(problem);
    if (problem) return std::optional<Project>();
    std::string found;
    bool searched = false;
    for (const auto& input : inputs) {
        if (input.empty() || input == "-") continue;
        searched = true;
        std::string path = nearest(directory_of(input, here), here, stored);
        if (path.empty() || path == found) continue;
        if (!found.empty()) {
            return tl::unexpected(
                std::vector<Error>{{fmt::format("the inputs belong to two projects, {} and {}", found, path),
                                    "run fwproof for each",
                                    {}}});
        }
        found = std::move(path);
    }
    if (!searched) found = nearest(here, here, stored);
    if (found.empty()) return std::optional<Project>();
    auto source = stored ? stored->read(found, world) : read_text(found, world);
    if (!source) return tl::unexpected(std::vector<Error>{source.error()});
    auto file = load_project(*source);
    if (!file) return tl::unexpected(file.error());
    Project project{std::move(*file), {}};
    if (!project.file.site.empty()) project.site = beside(fs::path(found).parent_path().string(), project.file.site);
    return std::optional(std::move(project));
}

}  // namespace fwproof::cli
