// From a finished report to bytes and an exit status.
#pragma once

#include <functional>
#include <optional>

#include "cli/command.hpp"
#include "cli/options.hpp"
#include "fwproof/analysis/crossing.hpp"
#include "fwproof/report/report.hpp"

namespace fwproof::cli {

// What a report says about one export.
ReportInput report_input(const LoadedPolicy& loaded);

// What a command renders itself; nothing: the format's own renderer does it.
using OwnFormats = std::function<std::optional<std::string>(const std::string& format, const Report& finished)>;

// Sets the counts, timestamp, tool version and exit status of the report, renders it for every output and writes them:
// files under a temporary name that is renamed at the end, then standard output. The result is the exit status; one
// that says that something was found already stays.
Result<int> publish(Report report, const Reporting& reporting, World& world, const OwnFormats& own = {});

// Writes a file that appears only when it is complete: under a temporary name beside it, which is renamed. A symbolic
// link stays one, and a device or a pipe is written to.
std::optional<Error> write_whole_file(const std::string& path, const std::string& bytes);
// The error for that, and for a directory that cannot be made. `reason`: an errno.
std::optional<Error> cannot_write(const std::string& path, int reason);

}  // namespace fwproof::cli
