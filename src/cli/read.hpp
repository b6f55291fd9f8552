// Reading what the user names.
#pragma once

#include <string>

#include "cli/command.hpp"
#include "fwproof/base/source.hpp"
#include "fwproof/vendor/vendor.hpp"

namespace fwproof::cli {

inline constexpr std::size_t kMaxInputBytes = std::size_t{256} << 20;

// A whole file, or standard input for "-". Errors: missing, unreadable, a directory, larger than kMaxInputBytes.
Result<SourceRef> read_text(const std::string& path, World& world);

// An export: as read_text, and neither empty nor cut in the middle of a UTF-16 character; or the files of one policy
// object in the directory of a group policy backup.
Result<Input> read_export(const std::string& path, World& world);

// Whether the directory is the backup of a group policy object.
bool is_policy_backup(const std::string& path);

// The regular files directly in a directory that are exports, sorted by name, one input each.
Result<std::vector<Input>> read_directory(const std::string& path, World& world);

}  // namespace fwproof::cli
