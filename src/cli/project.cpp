#include "cli/project.hpp"

#include <filesystem>

#include "cli/read.hpp"
#include "cli/site_input.hpp"

namespace fwproof::cli {

Loaded<std::optional<Project>> find_project(World& world) {
    namespace fs = std::filesystem;
    std::error_code problem;
    const fs::path start = fs::current_path(problem);
    if (problem) return std::optional<Project>();
    std::string up;  // "", "../", "../../"
    for (fs::path directory = start;; directory = directory.parent_path()) {
        const std::string path = up + ".fwproof.toml";
        if (fs::is_regular_file(path, problem)) {
            auto source = read_text(path, world);
            if (!source) return tl::unexpected(std::vector<Error>{source.error()});
            auto file = load_project(*source);
            if (!file) return tl::unexpected(file.error());
            Project project{std::move(*file), {}};
            if (!project.file.site.empty()) project.site = beside(up, project.file.site);
            return std::optional(std::move(project));
        }
        if (fs::exists(directory / ".git", problem) || directory == directory.root_path())
            return std::optional<Project>();
        up += "../";
    }
}

}  // namespace fwproof::cli
