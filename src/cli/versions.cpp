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
    std::optional<VersionFile> before, after;
    bool compared = false;  // it differs
};

// Makes one of what only the version before has and what only the version after has, where the two are one export.
void join_renamed(std::vector<Candidate>& candidates, const VersionReading& reading) {
    const auto is_read = [&](const std::optional<VersionFile>& file) {
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
    std::vector<VersionFile*> files;
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
    std::vector<VersionFile*> needed;
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
        VersionFile* file = candidate.after ? &*candidate.after : &*candidate.before;
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

namespace {

// Git lists a link as what it says, and the file that it leads to under its own name: a link to a file of the directory
// that is the same on the disk is no file that was added. Nor does what lies beyond the directory belong to a version.
std::optional<Error> leave_out_links(const VersionTree& tree, const std::string& place, VersionTree& directory) {
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
    const auto commit = [](const VersionTree& version, const std::string& path) {
        const auto found = version.submodules.find(path);
        return found == version.submodules.end() ? std::string() : found->second;
    };
    for (const auto& [path, any] : either) {
        if (commit(*was, path) != commit(*is, path)) add_submodule(*pairs, path);
    }
    std::map<std::string, fs::path> links = was->directory_links;
    links.insert(is->directory_links.begin(), is->directory_links.end());
    for (const auto& [path, place] : links) {
        const auto leads_there = [&at = path, &to = place](const VersionTree& version) {
            const auto link = version.directory_links.find(at);
            return link != version.directory_links.end() && link->second == to;
        };
        if (!leads_there(*was) || !leads_there(*is)) pairs->uncompared.push_back({path, kLink});
    }
    return pairs;
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
        candidates.push_back(
            {path, "", VersionFile{"HEAD:" + path, "HEAD:" + path, {}}, VersionFile{path, ":" + path, {}}});
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
        if (status != 'A' && is_file(row[0])) candidate.before = VersionFile{"HEAD:" + path, row[2], {}};
        if (status != 'D' && is_file(row[1])) candidate.after = VersionFile{path, row[3], {}};
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
            if (!known.contains(path))
                others.push_back({path, {}, VersionFile{"HEAD:" + path, id, {}}, VersionFile{path, id, {}}});
        }
        if (auto error = add_beside(others, nullptr, *pairs)) return fail(std::move(*error));
    }
    for (const auto& path : submodules) {
        if (pairs) add_submodule(*pairs, path);
    }
    return pairs;
}

}  // namespace fwproof::cli
