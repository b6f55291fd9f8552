// The two versions that a diff compares: files, directories, git revisions, the index.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/options.hpp"
#include "cli/version_tree.hpp"

namespace fwproof::cli {

// One export before and after. A side that is missing was added or removed.
struct VersionPair {
    std::string path;          // relative to what was compared, else the name of the version after
    std::string renamed_from;  // what the file was called before, see renames.hpp; empty: the same
    std::optional<Input> before, after;
    // See store_hosts.hpp: it is compared as a part of a host; why it is not compared; what comparing it rests on.
    bool joined = false;
    std::string refused = {}, assumption = {};
};

bool same_bytes(const VersionPair& pair);

// What differs and may hold exports, but is not in the repository as a file that can be read.
struct UncomparedFile {
    std::string path, why;
};

// A Windows host whose stores are several of the compared files.
struct StoreHost {
    VersionPair pair;      // called after one of them
    std::string firewall;  // its id in the site; empty: no site names it
};

struct VersionPairs {
    std::vector<VersionPair> changed;  // by path; only those whose bytes differ
    std::size_t same = 0;              // files whose bytes are the same on both sides
    bool single = false;               // two files were compared, not two directories
    bool exports = false;              // there is an export among the files; not asked of what is staged
    // The stores of the host that is compared, one by one, where stores are: a site names each of them.
    std::vector<VersionPair> stores = {};
    std::vector<UncomparedFile> uncompared = {};
    std::vector<VersionPair> beside = {};  // exports whose bytes are the same, where a store of a host differs
    std::vector<StoreHost> hosts = {};     // see store_hosts.hpp
};

// How each version is read; the two differ in the sets that dumps refer to.
struct VersionReading {
    Reading before, after;
    bool same_sets = true;  // false: an export that refers to sets may differ though its bytes do not
};

// OLD and NEW: each a file, a directory or REV:path of git. Directories are compared file by file, by their names or as
// renamed files; in them only what some vendor knows, or knew on the other side, is an export.
Result<VersionPairs> pair_versions(const std::string& before, const std::string& after, const VersionReading& reading,
                                   World& world);
// What is staged, against the last commit; of these paths only, if any are given.
Result<VersionPairs> pair_staged(const std::vector<std::string>& paths, const VersionReading& reading);

}  // namespace fwproof::cli
