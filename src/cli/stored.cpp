#include "cli/stored.hpp"

#include <filesystem>

#include "cli/git.hpp"
#include "cli/read.hpp"

namespace fwproof::cli {

Result<SourceRef> StoredFiles::read(const std::string& path, World& world) const {
    namespace fs = std::filesystem;
    std::error_code ignored;
    if (path == "-" || fs::is_symlink(path, ignored)) return read_text(path, world);
    auto objects = read_git_objects({revision_ + ":" + git_path(path)});
    if (!objects || objects->front().type != "blob" || objects->front().bytes.size() > kMaxInputBytes)
        return read_text(path, world);
    return world.opened.emplace_back(std::make_shared<const Source>(path, std::move(objects->front().bytes)));
}

bool StoredFiles::has(const std::string& path) const {
    const std::string name = git_path(path);
    const auto objects = read_git_objects({revision_ + ":" + name, "HEAD:" + name, ":" + name});
    if (objects && !(*objects)[0].type.empty()) return (*objects)[0].type == "blob";
    std::error_code ignored;
    const bool known = objects && !((*objects)[1].type.empty() && (*objects)[2].type.empty());
    return !known && std::filesystem::is_regular_file(path, ignored);
}

}  // namespace fwproof::cli
