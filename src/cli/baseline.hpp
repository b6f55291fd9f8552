// Findings that were there before, so that only what is new is shown.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "cli/command.hpp"
#include "fwproof/report/report.hpp"

namespace fwproof::cli {

struct KnownFinding {
    Severity severity{};
    std::string check, file, message;  // as they were
};
// By fingerprint.
using Baseline = std::map<std::string, KnownFinding>;

// By the names that the files of a report were given, what they are called seen from the directory of the baseline (or
// the current one, without one): the same however a path is spelled. Only those that differ.
using FileNames = std::map<std::string, std::string>;
FileNames names_from(const std::string& baseline, const Report& report);

// A file that --write-baseline wrote.
Result<Baseline> read_baseline(const std::string& path, World& world);

// Every finding that is not waived. What it says is there for readers of the file; the fingerprint counts. `written` is
// a day, "2026-11-30". The order does not change when lines move.
std::string render_baseline(const Report& report, std::string_view written, const FileNames& names);

// Takes the findings that the baseline knows out of the report and keeps them beside it. One that is worse now is new,
// and a waived one stays. What the baseline has and the run, though it looked, did not find again is gone.
void leave_out_known(const Baseline& baseline, Report& report, const FileNames& names);

}  // namespace fwproof::cli
