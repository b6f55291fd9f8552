#include "cli/versions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include "cli/git.hpp"
#include "cli/lone_store.hpp"
#include "cli/read.hpp"
#include "cli/renames.hpp"

namespace fwproof::cli {

namespace {

namespace fs = std::filesystem;

// One file of one version, read only when it is needed.
struct File {
    std::string name;  // as messages call it
    std::string id;    // of the git object; empty: a file on disk, or already read
    std::optional<Input> input;
};

// By path relative to the directory that was named; a single file has the empty path.
struct Version {
    std::map<std::string, File> files;
    std::map<std::string, std::string> submodules;  // their commits, by path; of a tree of git alone
    std::map<std::string, std::string> links;       // blobs of what they say, by path; of a tree of git alone
    std::map<std::string, fs::path>
        directory_links;  // to directories beyond it: where they lead, by path; of the disk alone
    bool directory = false;
};

// "HEAD:rules" and "edge.cfg" make "HEAD:rules/edge.cfg".
std::string below(const std::string& name, const std::string& path) {
    return name.ends_with(":") || name.ends_with("/") ? name + path : name + "/" + path;
}

constexpr std::string_view kPlainFiles = "100", kSubmodules = "160000", kLinks = "120000";

// Paths and ids of what has such a mode in what git lists, rows that a zero byte ends: "MODE blob ID\tPATH" of a tree,
// "MODE ID STAGE\tPATH" of the index.
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

Result<Version> version_in_git(const std::string& name) {
    const auto objects = read_git_objects({name});
    if (!objects) return fail(objects.error());
    const GitObject& object = objects->front();
    if (object.type.empty()) {
        return fail(not_found(name));
    }
    Version version;
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

Result<Version> version_on_disk(const std::string& path, World& world) {
    Version version;
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
        File file{name, {}, {}};
        if (is_policy_backup(name)) {
            auto input = read_export(name, world);
            if (!input) return fail(input.error());
            file.input = std::move(*input);
        }
        version.files[fs::path(name).lexically_relative(path).string()] = std::move(file);
    }
    return version;
}

// Where the path of REV:path begins; nothing: it is a file or a directory.
std::optional<std::size_t> path_in_revision(const std::string& name) {
    std::error_code ignored;
    const std::size_t colon = name.find(':');
    if (colon == std::string::npos || colon == 0 || fs::exists(name, ignored)) return std::nullopt;
    return colon + 1;
}

Result<Version> find_version(const std::string& name, World& world) {
    return path_in_revision(name) ? version_in_git(name) : version_on_disk(name, world);
}

// Reads the files that have not been read: those of git in one go.
std::optional<Error> read_all(const std::vector<File*>& files, World* world) {
    std::vector<File*> stored;
    for (File* file : files) {
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
    for (const File* file : stored) ids.push_back(file->id);
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

// Whether it may speak of sets; which it names is for its vendor to say.
bool may_refer_to_sets(const Input& input) {
    return std::any_of(input.sources.begin(), input.sources.end(),
                       [](const SourceRef& source) { return source->text().find("set") != std::string_view::npos; });
}

// Whether git stores something else in place of the file: a pointer into another store, or what a key opens.
bool stands_for_a_file(const std::optional<Input>& input) {
    using namespace std::literals;
    if (!input) return false;
    const std::string_view bytes = input->sources.front()->bytes();
    return bytes.starts_with("version https://git-lfs.github.com/spec/"sv) || bytes.starts_with("\0GITCRYPT\0"sv);
}

const std::string kSubmodule = "it is a submodule that is at another commit; compare the two commits there";
const std::string kLink = "it is a link to a directory, which is not followed; compare what it leads to by itself";
const std::string kStandIn = "git stores a pointer or encrypted bytes in its place; check it out and compare the files";

struct Candidate {
    std::string path, renamed_from;
    std::optional<File> before, after;
    bool compared = false;  // it differs
};

// Makes one of what only the version before has and what only the version after has, where the two are one export.
void join_renamed(std::vector<Candidate>& candidates, const VersionReading& reading) {
    const auto is_read = [&](const std::optional<File>& file) {
        return file && file->input && (!reading.after.format.empty() || is_export(*file->input));
    };
    std::vector<Candidate*> gone, fresh;
    for (auto& candidate : candidates) {
        if (!candidate.after && is_read(candidate.before)) gone.push_back(&candidate);
        if (!candidate.before && is_read(candidate.after)) fresh.push_back(&candidate);
    }
    std::vector<const Input*> before, after;
    for (const auto* candidate : gone) before.push_back(&*candidate->before->input);
    for (const auto* candidate : fresh) after.push_back(&*candidate->after->input);
    for (const auto& [b, a] : find_renames(before, after, reading)) {
        fresh[a]->renamed_from = gone[b]->path;
        fresh[a]->before = std::exchange(gone[b]->before, std::nullopt);
    }
    std::erase_if(candidates, [](const Candidate& candidate) { return !candidate.before && !candidate.after; });
}

bool any_store(const VersionPairs& pairs, const VersionReading& reading) {
    return std::any_of(pairs.changed.begin(), pairs.changed.end(),
                       [&](const VersionPair& pair) { return lone_store(pair, reading).has_value(); });
}

// What does not differ, and may be a store of the same host.
std::optional<Error> add_beside(std::vector<Candidate>& candidates, World* world, VersionPairs& pairs) {
    std::vector<File*> files;
    for (auto& candidate : candidates) {
        if (!candidate.compared) files.insert(files.end(), {&*candidate.before, &*candidate.after});
    }
    if (auto error = read_all(files, world)) return error;
    for (auto& candidate : candidates) {
        if (!candidate.compared && is_export(*candidate.after->input))
            pairs.beside.push_back({candidate.path, {}, candidate.before->input, candidate.after->input});
    }
    return std::nullopt;
}

Result<VersionPairs> read_pairs(std::vector<Candidate> candidates, bool single, const VersionReading& reading,
                                World* world) {
    VersionPairs pairs;
    pairs.single = single;
    const std::string& format = reading.after.format;
    std::vector<File*> needed;
    for (auto& candidate : candidates) {
        const bool same_object = candidate.before && candidate.after && !candidate.before->id.empty() &&
                                 candidate.before->id == candidate.after->id;
        if (same_object && !single && reading.same_sets) continue;
        for (auto* file : {&candidate.before, &candidate.after}) {
            if (*file) needed.push_back(&**file);
        }
    }
    if (auto error = read_all(needed, world)) return fail(std::move(*error));
    if (!single) join_renamed(candidates, reading);
    for (auto& candidate : candidates) {
        const bool unread = candidate.before && candidate.after && !candidate.before->input;
        const bool same = unread || (candidate.before && candidate.after &&
                                     same_bytes(*candidate.before->input, *candidate.after->input));
        const bool other_sets =
            !unread && !reading.same_sets && candidate.after && may_refer_to_sets(*candidate.after->input);
        if (same && !single && !other_sets) {
            ++pairs.same;
            continue;
        }
        candidate.compared = true;
        VersionPair pair{candidate.path, candidate.renamed_from, {}, {}};
        if (candidate.before) pair.before = std::move(candidate.before->input);
        if (candidate.after) pair.after = std::move(candidate.after->input);
        const bool known =
            !format.empty() || (pair.before && is_export(*pair.before)) || (pair.after && is_export(*pair.after));
        if (known || single) {
            pairs.changed.push_back(std::move(pair));
        } else if (stands_for_a_file(pair.before) || stands_for_a_file(pair.after)) {
            pairs.uncompared.push_back({pair.path, kStandIn});
        }
    }
    pairs.exports = !pairs.changed.empty() || !pairs.uncompared.empty();
    if (!single && any_store(pairs, reading)) {
        if (auto error = add_beside(candidates, world, pairs)) return fail(std::move(*error));
    }
    if (pairs.exports || !world) return pairs;
    // Nothing differs. Whether anything was compared at all?
    for (auto& candidate : candidates) {
        File* file = candidate.after ? &*candidate.after : &*candidate.before;
        if (auto error = read_all({file}, world)) return fail(std::move(*error));
        pairs.exports = pairs.exports || !format.empty() || (file->input && is_export(*file->input));
        if (pairs.exports) break;
    }
    return pairs;
}

}  // namespace

bool same_bytes(const VersionPair& pair) { return pair.before && pair.after && same_bytes(*pair.before, *pair.after); }

namespace {

void add_submodule(VersionPairs& pairs, const std::string& path) {
    pairs.uncompared.push_back({path, kSubmodule});
    pairs.exports = true;
}

}  // namespace

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
    std::vector<File> files;
    for (const auto& [path, id] : blobs) {
        if (is_computer_policy(path)) files.push_back({below(name, path), id, {}});
    }
    std::vector<File*> all;
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

namespace {

// Git lists a link as what it says, and the file that it leads to under its own name: a link to a file of the directory
// that is the same on the disk is no file that was added. Nor does what lies beyond the directory belong to a version.
std::optional<Error> leave_out_links(const Version& tree, const std::string& place, Version& directory) {
    if (!directory.directory) return std::nullopt;
    for (const auto& [path, blob] : tree.links) {
        std::error_code problem;
        const auto says = fs::read_symlink(fs::path(place) / path, problem);
        if (problem || !(directory.files.contains(path) || directory.directory_links.contains(path))) continue;
        const auto objects = read_git_objects({blob});
        if (!objects) return objects.error();
        if (objects->front().bytes == says.string()) directory.directory_links.erase(path);
        const std::string target = (fs::path(path).parent_path() / says).lexically_normal().string();
        if (objects->front().bytes == says.string() && directory.files.contains(target)) directory.files.erase(path);
    }
    return std::nullopt;
}

}  // namespace

Result<VersionPairs> pair_versions(const std::string& before, const std::string& after, const VersionReading& reading,
                                   World& world) {
    auto was = find_version(before, world);
    if (!was) return fail(was.error());
    auto is = find_version(after, world);
    if (!is) return fail(is.error());
    if (was->directory != is->directory) {
        return fail(fmt::format("'{}' is a directory and '{}' is not", was->directory ? before : after,
                                was->directory ? after : before),
                    "compare two files or two directories");
    }
    if (auto error = leave_out_links(*was, after, *is)) return fail(std::move(*error));
    if (auto error = leave_out_links(*is, before, *was)) return fail(std::move(*error));
    std::vector<Candidate> candidates;
    if (!was->directory) {
        candidates.push_back({after, {}, std::move(was->files[""]), std::move(is->files[""])});
        return read_pairs(std::move(candidates), true, reading, &world);
    }
    for (auto& [path, file] : was->files) {
        Candidate candidate{path, {}, std::move(file), {}};
        if (const auto other = is->files.find(path); other != is->files.end()) {
            candidate.after = std::move(other->second);
            is->files.erase(other);
        }
        candidates.push_back(std::move(candidate));
    }
    for (auto& [path, file] : is->files) candidates.push_back({path, {}, {}, std::move(file)});
    std::sort(candidates.begin(), candidates.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    auto pairs = read_pairs(std::move(candidates), false, reading, &world);
    if (!pairs) return pairs;
    std::map<std::string, std::string> either = was->submodules;
    either.insert(is->submodules.begin(), is->submodules.end());
    const auto commit = [](const Version& version, const std::string& path) {
        const auto found = version.submodules.find(path);
        return found == version.submodules.end() ? std::string() : found->second;
    };
    for (const auto& [path, any] : either) {
        if (commit(*was, path) != commit(*is, path)) add_submodule(*pairs, path);
    }
    std::map<std::string, fs::path> links = was->directory_links;
    links.insert(is->directory_links.begin(), is->directory_links.end());
    for (const auto& [path, place] : links) {
        const auto leads_there = [&at = path, &to = place](const Version& version) {
            const auto link = version.directory_links.find(at);
            return link != version.directory_links.end() && link->second == to;
        };
        if (!leads_there(*was) || !leads_there(*is)) pairs->uncompared.push_back({path, kLink});
    }
    return pairs;
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

namespace {

// A path that is neither in the last commit nor in the index would compare nothing and look like no change.
std::optional<Error> unknown_path(const std::vector<std::string>& paths) {
    for (const auto& path : paths) {
        const auto staged = run_git({"ls-files", "--cached", "-z", "--", path});
        if (!staged) return staged.error();
        if (!staged->empty()) continue;
        const auto committed = run_git({"ls-tree", "-r", "-z", "--name-only", "HEAD", "--", path});
        if (committed && !committed->empty()) continue;
        return Error{"is neither staged nor in the last commit",
                     "check the path; it is taken from the current directory",
                     {},
                     path};
    }
    return std::nullopt;
}

// Staged files that do not differ, but speak of sets that do.
std::optional<Error> add_unchanged(const std::vector<std::string>& paths, std::vector<Candidate>& candidates) {
    constexpr int kNoneFound = 1;
    std::vector<std::string> arguments = {"grep", "--cached", "--full-name", "-lzF", "-e", "set", "--"};
    arguments.insert(arguments.end(), paths.begin(), paths.end());
    if (paths.empty()) arguments.emplace_back(":/");
    const auto list = run_git(arguments, {}, kNoneFound);
    if (!list) return list.error();
    std::set<std::string> known;
    for (const auto& candidate : candidates) known.insert(candidate.path);
    for (std::string_view rest = *list; !rest.empty();) {
        const std::string path(rest.substr(0, rest.find('\0')));
        rest.remove_prefix(std::min(path.size() + 1, rest.size()));
        if (known.contains(path)) continue;
        candidates.push_back({path, "", File{"HEAD:" + path, "HEAD:" + path, {}}, File{path, ":" + path, {}}});
    }
    std::sort(candidates.begin(), candidates.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    return std::nullopt;
}

}  // namespace

Result<VersionPairs> pair_staged(const std::vector<std::string>& paths, const VersionReading& reading) {
    if (auto error = unknown_path(paths)) return fail(std::move(*error));
    std::vector<std::string> arguments = {"diff",         "--cached",      "--raw",      "-z", "--no-abbrev",
                                          "--no-renames", "--no-ext-diff", "--no-color", "--"};
    arguments.insert(arguments.end(), paths.begin(), paths.end());
    // Elsewhere 'git diff' compares files and knows no --cached.
    if (const auto inside = run_git({"rev-parse", "--git-dir"}); !inside) return fail(inside.error());
    // Whatever the user has set.
    arguments.insert(arguments.begin() + 1, {"--no-relative", "--ignore-submodules=none"});
    const auto list = run_git(arguments);
    if (!list) return fail(list.error());
    std::vector<std::string_view> words;
    for (std::string_view rest = *list; !rest.empty();) {
        words.push_back(rest.substr(0, rest.find('\0')));
        rest.remove_prefix(std::min(words.back().size() + 1, rest.size()));
    }
    // ":OLDMODE NEWMODE OLDID NEWID STATUS", then the path.
    std::vector<Candidate> candidates;
    std::vector<std::string> submodules;
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
        std::vector<std::string> row;
        for (std::string_view rest = words[i]; !rest.empty();) {
            row.emplace_back(rest.substr(0, rest.find(' ')));
            rest.remove_prefix(std::min(row.back().size() + 1, rest.size()));
        }
        if (row.size() != 5 || row[4].empty()) return fail("git: the list of staged files is not understood");
        const char status = row[4].front();
        const std::string path(words[++i]);
        if (status == 'U') return fail(Error{"is not merged", "resolve the conflict first", {}, path});
        if (row[0] == ":160000" || row[1] == kSubmodules) submodules.push_back(path);
        const auto is_file = [](const std::string& mode) {
            return mode.starts_with("100") || mode.starts_with(":100");
        };
        Candidate candidate{path, {}, {}, {}};
        if (status != 'A' && is_file(row[0])) candidate.before = File{"HEAD:" + path, row[2], {}};
        if (status != 'D' && is_file(row[1])) candidate.after = File{path, row[3], {}};
        if (candidate.before || candidate.after) candidates.push_back(std::move(candidate));
    }
    if (!reading.same_sets) {
        if (auto error = add_unchanged(paths, candidates)) return fail(std::move(*error));
    }
    std::set<std::string> known;
    for (const auto& candidate : candidates) known.insert(candidate.path);
    auto pairs = read_pairs(std::move(candidates), false, reading, nullptr);
    if (pairs && any_store(*pairs, reading)) {
        // Of the whole repository, whatever was asked about.
        const auto index = run_git({"ls-files", "-s", "-z", "--full-name", "--", ":/"});
        if (!index) return fail(index.error());
        std::vector<Candidate> others;
        for (auto& [path, id] : listed(*index, kPlainFiles)) {
            if (!known.contains(path)) others.push_back({path, {}, File{"HEAD:" + path, id, {}}, File{path, id, {}}});
        }
        if (auto error = add_beside(others, nullptr, *pairs)) return fail(std::move(*error));
    }
    for (const auto& path : submodules) {
        if (pairs) add_submodule(*pairs, path);
    }
    return pairs;
}

}  // namespace fwproof::cli
