// Files as one version of the git repository has them.
#pragma once

#include <string>

#include "cli/command.hpp"

namespace fwproof::cli {

// "HEAD" is the last commit, "" what is staged.
class StoredFiles {
public:
    explicit StoredFiles(std::string revision) : revision_(std::move(revision)) {}

    // As read_text; a file that this version does not have, or that is no plain file there, is read from the disk.
    Result<SourceRef> read(const std::string& path, World& world) const;

    // Whether this version has the file; one that git does not know at all lies on the disk for every version.
    bool has(const std::string& path) const;

private:
    std::string revision_;
};

}  // namespace fwproof::cli
