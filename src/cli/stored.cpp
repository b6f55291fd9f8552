#include "cli/stored.hpp"

#include <filesystem>

#include "cli/git.hpp"
#include "cli/read.hpp"

namespace fwproof::cli {

Result<SourceRef> StoredFiles::read(const std::string& path, World& world) const {
    namespace fs = std::filesystem;
    std::error_code problem;
    fs::path name = fs::path(path).lexically_normal();
    if (name.is_absolute()) name = name.lexically_relative(fs::current_path(problem));
    if (path == "-" || problem || name.empty() || fs::is_symlink(path, problem)) return read_text(path, world);
    // Git takes a path from the current directory only if it says so.
    const std::string from_here = *name.begin() == ".." ? name.string() : "./" + name.string();
    auto objects = read_git_objects({revision_ + ":" + from_here});
    if (!objects || objects->front().type != "blob" || objects->front().bytes.size() > kMaxInputBytes)
        return read_text(path, world);
    return world.opened.emplace_back(std::make_shared<const Source>(path, std::move(objects->front().bytes)));
}

}  // namespace fwproof::cli
