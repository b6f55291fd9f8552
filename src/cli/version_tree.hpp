// One version of exports: the files of a directory, of a revision of git or of its index.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.hpp"
#include "fwproof/vendor/vendor.hpp"

namespace fwproof::cli {

// One file of one version, read only when it is needed.
struct VersionFile {
    std::string name;  // as messages call it
    std::string id;    // of the git object; empty: a file on disk, or already read
    std::optional<Input> input;
};

// By path relative to the directory that was named; a single file has the empty path.
struct VersionTree {
    std::map<std::string, VersionFile> files;
    std::map<std::string, std::string> submodules;  // their commits, by path; of a tree of git alone
    std::map<std::string, std::string> links;       // blobs of what they say, by path; of a tree of git alone
    // To directories beyond it: where they lead, by path; of the disk alone.
    std::map<std::string, std::filesystem::path> directory_links;
    bool directory = false;
};

// A file, a directory or REV:path.
Result<VersionTree> find_version(const std::string& name, World& world);

// Reads the files that have not been read: those of git in one go.
std::optional<Error> read_all(const std::vector<VersionFile*>& files, World* world);

// "HEAD:rules" and "edge.cfg" make "HEAD:rules/edge.cfg".
std::string below(const std::string& name, const std::string& path);

// How the modes of git begin.
inline constexpr std::string_view kPlainFiles = "100", kSubmodules = "160000", kLinks = "120000";

// Paths and ids of what has such a mode in what git lists, rows that a zero byte ends: "MODE blob ID\tPATH" of a tree,
// "MODE ID STAGE\tPATH" of the index.
std::map<std::string, std::string> listed(std::string_view list, std::string_view modes);

// Where the path of REV:path begins; nothing: it is a file or a directory.
std::optional<std::size_t> path_in_revision(const std::string& name);

// Whether a version is a directory, or a tree of git.
bool is_directory_version(const std::string& name);

// The revision of REV:path; nothing: a file or a directory.
std::optional<std::string> revision_of(const std::string& version);

// Where that version lies on disk; of REV:path where it would lie if it were checked out.
std::string place_on_disk(const std::string& version);

// Where the files that options name are found for one version.
struct VersionRoot {
    enum class Kind : std::uint8_t {
        here,       // in the current directory, or in a revision where the path is REV:path
        below,      // in the directory, or the tree of git, that is called `name`
        committed,  // as here, but as the last commit has the file
        staged,     // as here, but as it is staged
    } kind = Kind::here;
    std::string name = {};
};

// One file of that version, or the backup of a policy object. Nothing: the version has none of that name; never of the
// kind `here`, where that is an error.
Result<std::optional<Input>> read_in_version(const VersionRoot& root, const std::string& path, World& world);

}  // namespace fwproof::cli
