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

}  // namespace fwproof::cli
