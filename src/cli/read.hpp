// Reading what the user names.
#pragma once

#include <string>
#include <vector>

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

// Whether some vendor knows it.
bool is_export(const Input& input);

// Whether the directory is the backup of a group policy object.
bool is_policy_backup(const std::string& path);
// The same of what stands in it, by name; and whether a file of it, as a path from it, holds the computer's policy.
bool marks_policy_backup(const std::string& name);
bool is_computer_policy(const std::string& path_in_backup);

// What may be an export below a directory, sorted: files and links to files that are not hidden, and backups of group
// policy objects as a whole. Errors: what cannot be read, a link that leads nowhere.
// `links`, if given, are the links to directories, which are not followed.
Result<std::vector<std::string>> files_below(const std::string& path, std::vector<std::string>* links = nullptr);

// The exports below a directory, sorted by name; hidden files and directories are left out. What is no export, holds no
// policy or is a link to a directory is noted in world.passed_over. Errors: what cannot be read, a link that leads
// nowhere.
Result<std::vector<Input>> read_directory(const std::string& path, World& world);

// What one argument of the command line names: an export, or those below a directory. Not empty for a file, unless
// `only_exports`: then a file that is none is noted in world.passed_over as in a directory.
Result<std::vector<Input>> read_argument(const std::string& path, World& world, bool only_exports = false);
// The same as paths.
Result<std::vector<std::string>> exports_at(const std::string& path, World& world);

// A sentence about world.passed_over, for the assumptions of a report; none if it is empty.
std::vector<std::string> passed_over(const World& world);

}  // namespace fwproof::cli
