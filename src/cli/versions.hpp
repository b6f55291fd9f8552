// The two versions that a diff compares: files, directories, git revisions, the index.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/options.hpp"

namespace fwproof::cli {

// One export before and after. A side that is missing was added or removed.
struct VersionPair {
    std::string path;          // relative to what was compared, else the name of the version after
    std::string renamed_from;  // git says that the file had this name; else empty
    std::optional<Input> before, after;
};

struct VersionPairs {
    std::vector<VersionPair> changed;  // by path; only those whose bytes differ
    std::size_t same = 0;              // files whose bytes are the same on both sides
    bool single = false;               // two files were compared, not two directories
    bool exports = false;              // there is an export among the files; not asked of what is staged
};

// OLD and NEW: each a file, a directory or REV:path of git. Directories are compared file by file; in them only what
// some vendor knows, or knew on the other side, is an export.
Result<VersionPairs> pair_versions(const std::string& before, const std::string& after, const Reading& reading,
                                   World& world);

// Where that version lies on disk; of REV:path where it would lie if it were checked out.
std::string place_on_disk(const std::string& version);

// What is staged, against the last commit; of these paths only, if any are given.
Result<VersionPairs> pair_staged(const std::vector<std::string>& paths, const Reading& reading);

}  // namespace fwproof::cli
