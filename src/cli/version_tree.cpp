#include "cli/version_tree.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cli/git.hpp"
#include "cli/read.hpp"

namespace fwproof::cli {

namespace fs = std::filesystem;

std::string below(const std::string& name, const std::string& path) {
    return name.ends_with(":") || name.ends_with("/") ? name + path : name + "/" + path;
}

std::map<std::string, std::string> listed(std::string_view list, std::string_view modes) {
    std::map<std::string, std::string> blobs;
    while (!list.empty()) {
        const std::string_view row = list.substr(0, list.find('\0'));
        list.remove_prefix(std::min(row.size() + 1, list.size()));
        const std::size_t tab = row.find('\t'), first = row.find(' ');
        if (tab == std::string_view::npos || first == std::string_view::npos || !row.starts_with(modes)) continue;
        std::string_view id = row.substr(first + 1, tab - first - 1);
        for (const std::string_view type : {"blob ", "commit "}) {
            if (id.starts_with(type)) id.remove_prefix(type.size());
        }
        blobs[std::string(row.substr(tab + 1))] = id.substr(0, id.find(' '));
    }
    return blobs;
}

std::optional<std::size_t> path_in_revision(const std::string& name) {
    std::error_code ignored;
    const std::size_t colon = name.find(':');
    if (colon == std::string::npos || colon == 0 || fs::exists(name, ignored)) return std::nullopt;
    return colon + 1;
}

namespace {

// A name that git has nothing for.
Error not_found(const std::string& name) {
    const std::string revision = name.substr(0, name.find(':'));
    const auto objects = read_git_objects({revision});
    if (revision.empty() || !objects || !objects->front().type.empty())
        return {"is neither a file nor REV:path of this git repository", "HEAD:rules/edge.cfg is one", {}, name};
    const auto shallow = run_git({"rev-parse", "--is-shallow-repository"});
    return {"is no revision of this git repository",
            shallow && shallow->starts_with("true")
                ? "this clone is shallow: fetch the history too (GIT_DEPTH: 0, fetch-depth: 0, git fetch --unshallow)"
                : "'git fetch' brings what another repository has",
            {},
            revision};
}

Result<VersionTree> version_in_git(const std::string& name) {
    const auto objects = read_git_objects({name});
    if (!objects) return fail(objects.error());
    const GitObject& object = objects->front();
    if (object.type.empty()) {
        return fail(not_found(name));
    }
    VersionTree version;
    if (object.type == "blob") {
        version.files[""] = {name, object.id, Input{name, {std::make_shared<const Source>(name, object.bytes)}}};
        return version;
    }
    version.directory = true;
    const auto list = run_git({"ls-tree", "-r", "-z", "--full-tree", object.id});
    if (!list) return fail(list.error());
    version.submodules = listed(*list, kSubmodules);
    version.links = listed(*list, kLinks);
    for (auto& [path, id] : listed(*list, kPlainFiles)) version.files[path] = {below(name, path), id, {}};
    return version;
}

Result<VersionTree> version_on_disk(const std::string& path, World& world) {
    VersionTree version;
    std::error_code problem;
    if (!fs::is_directory(path, problem) || is_policy_backup(path)) {
        auto input = read_export(path, world);
        if (!input) return fail(input.error());
        version.files[""] = {path, {}, std::move(*input)};
        return version;
    }
    version.directory = true;
    std::vector<std::string> links;
    const auto names = files_below(path, &links);
    if (!names) return fail(names.error());
    // What a link shows of the directory itself is compared where it stands.
    const fs::path root = fs::weakly_canonical(path, problem);
    for (const auto& link : links) {
        const fs::path place = fs::weakly_canonical(link, problem);
        if (*place.lexically_relative(root).begin() == "..")
            version.directory_links[fs::path(link).lexically_relative(path).string()] = place;
    }
    for (const auto& name : *names) {
        VersionFile file{name, {}, {}};
        if (is_policy_backup(name)) {
            auto input = read_export(name, world);
            if (!input) return fail(input.error());
            file.input = std::move(*input);
        }
        version.files[fs::path(name).lexically_relative(path).string()] = std::move(file);
    }
    return version;
}

}  // namespace

Result<VersionTree> find_version(const std::string& name, World& world) {
    return path_in_revision(name) ? version_in_git(name) : version_on_disk(name, world);
}

std::optional<Error> read_all(const std::vector<VersionFile*>& files, World* world) {
    std::vector<VersionFile*> stored;
    for (VersionFile* file : files) {
        if (file->input) continue;
        if (!file->id.empty()) {
            stored.push_back(file);
            continue;
        }
        auto source = read_text(file->name, *world);
        if (!source) return source.error();
        file->input = Input{file->name, {std::move(*source)}};
    }
    std::vector<std::string> ids;
    for (const VersionFile* file : stored) ids.push_back(file->id);
    auto objects = read_git_objects(ids);
    if (!objects) return objects.error();
    for (std::size_t i = 0; i < stored.size(); ++i) {
        auto& object = (*objects)[i];
        if (object.type != "blob")
            return Error{"is not in the git repository", "is the clone complete?", {}, stored[i]->name};
        if (object.bytes.size() > kMaxInputBytes) {
            return Error{fmt::format("is larger than {} MiB", kMaxInputBytes >> 20), "", {}, stored[i]->name};
        }
        stored[i]->input =
            Input{stored[i]->name, {std::make_shared<const Source>(stored[i]->name, std::move(object.bytes))}};
    }
    return std::nullopt;
}

bool is_directory_version(const std::string& name) {
    std::error_code ignored;
    if (!path_in_revision(name)) return fs::is_directory(name, ignored) && !is_policy_backup(name);
    const auto objects = read_git_objects({name});
    return objects && !objects->front().type.empty() && objects->front().type != "blob";
}

namespace {

// The backup of a policy object in git, of its files by their paths in it. Nothing: there are none.
Result<std::optional<Input>> backup_in_git(const std::string& name, const std::map<std::string, std::string>& blobs) {
    if (blobs.empty()) return std::nullopt;
    const bool backup = std::any_of(blobs.begin(), blobs.end(), [](const auto& blob) {
        return marks_policy_backup(blob.first.substr(0, blob.first.find('/')));
    });
    if (!backup) return fail(Error{"is a directory", "name a file in it", {}, name});
    std::vector<VersionFile> files;
    for (const auto& [path, id] : blobs) {
        if (is_computer_policy(path)) files.push_back({below(name, path), id, {}});
    }
    std::vector<VersionFile*> all;
    for (auto& file : files) all.push_back(&file);
    if (auto error = read_all(all, nullptr)) return fail(std::move(*error));
    Input input{name, {}};
    for (const auto& file : files) input.add(file.input->sources.front(), {StoreRole::sniffed, 0, true});
    return input;
}

// What git calls `object`; messages call it `name`.
Result<std::optional<Input>> input_in_git(const std::string& object, const std::string& name) {
    auto objects = read_git_objects({object});
    if (!objects) return fail(objects.error());
    GitObject& found = objects->front();
    if (found.type.empty()) return std::nullopt;
    if (found.type == "blob") return Input{name, {std::make_shared<const Source>(name, std::move(found.bytes))}};
    const auto list = run_git({"ls-tree", "-r", "-z", "--full-tree", found.id});
    if (!list) return fail(list.error());
    return backup_in_git(name, listed(*list, kPlainFiles));
}

// The index has no trees: what lies below a path is listed.
Result<std::optional<Input>> input_in_index(const std::string& path) {
    auto file = input_in_git(":" + git_path(path), path);
    if (!file || *file) return file;
    const std::string folder = fs::path(path).lexically_normal().string();
    const auto list = run_git({"ls-files", "-s", "-z", "--", ":(literal)" + folder});
    if (!list) return fail(list.error());
    std::map<std::string, std::string> blobs;
    for (auto& [name, id] : listed(*list, kPlainFiles)) blobs[fs::path(name).lexically_relative(folder).string()] = id;
    return backup_in_git(path, blobs);
}

}  // namespace

Result<std::optional<Input>> read_in_version(const VersionRoot& root, const std::string& path, World& world) {
    using Kind = VersionRoot::Kind;
    const bool in_revision = path_in_revision(path).has_value();
    if (!in_revision && root.kind == Kind::committed) return input_in_git("HEAD:" + git_path(path), "HEAD:" + path);
    if (!in_revision && root.kind == Kind::staged) return input_in_index(path);
    std::string name = path;
    if (root.kind == Kind::below && !in_revision) {
        name = path_in_revision(root.name) ? below(root.name, path)
                                           : (fs::path(root.name) / path).lexically_normal().string();
    }
    if (path_in_revision(name)) {
        auto input = input_in_git(name, name);
        if (!input || *input || root.kind == Kind::below) return input;
        return fail(not_found(name));
    }
    std::error_code ignored;
    if (root.kind == Kind::below && !fs::exists(name, ignored)) return std::nullopt;
    return read_export(name, world);
}

std::optional<std::string> revision_of(const std::string& version) {
    const auto at = path_in_revision(version);
    return at ? std::optional(version.substr(0, *at - 1)) : std::nullopt;
}

std::string place_on_disk(const std::string& version) {
    const auto at = path_in_revision(version);
    if (!at) return version;
    std::string path = version.substr(*at);
    if (path.starts_with("./") || path.starts_with("../")) return path;
    const auto up = run_git({"rev-parse", "--show-cdup"});
    return up ? up->substr(0, up->find('\n')) + path : path;
}

}  // namespace fwproof::cli
