// Findings that were there before, so that only what is new is shown.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.hpp"
#include "fwproof/check/fingerprint.hpp"
#include "fwproof/report/report.hpp"

namespace fwproof::cli {

struct KnownFinding {
    Severity severity{};
    std::string check, file, message;  // as they were
    std::string about;                 // Finding::about; empty: not of an opening
    std::vector<Product> packets;      // of an opening: all that it let in
};

// An export that was looked at, by what it is known again when it is called otherwise.
struct KnownFile {
    std::vector<std::string> devices;               // their names, as far as they say them
    std::string sha256;                             // of its bytes; empty: not known
    std::map<std::string, std::string> interfaces;  // names that rules use, by hardware names; of one device
};

struct Baseline {
    std::string path;                              // of its file
    std::map<std::string, KnownFinding> findings;  // by fingerprint
    std::map<std::string, KnownFile> files;        // by name, seen from the directory of the baseline
};

// What the files of a report are called, by the names that they were given, seen from the directory of that baseline
// (or the current one, without one): the same however a path is spelled. Only those that differ.
FingerprintNames names_from(const std::string& baseline, const Report& report);
// The same, and as the baseline calls what was renamed since: a file that it does not know is one that it knows and
// that is gone, where the two have the same bytes, or are the only ones of their devices; an interface is the one that
// stood on the same hardware.
FingerprintNames names_in(const Baseline& baseline, const Report& report);

// A file that --write-baseline wrote.
Result<Baseline> read_baseline(const std::string& path, World& world);
// An error where a file stands there that is no baseline: a new one would destroy it.
std::optional<Error> refuse_other_file(const std::string& path, World& world);

// Every finding that is not waived, and the exports that were looked at. What they say is there for readers of the file
// and for names_in; the fingerprint counts. `written` is a day, "2026-11-30". The order does not change when lines
// move.
std::string render_baseline(const Report& report, std::string_view written, const FingerprintNames& names);

// Takes the findings that the baseline knows out of the report and keeps them beside it: those with a fingerprint that
// it has, and those of openings that let in nothing which openings of that kind did not let in before. One that is
// worse now is new, and a waived one stays. What the baseline has and the run, though it looked, did not find again is
// gone.
void leave_out_known(const Baseline& baseline, Report& report, const FingerprintNames& names);

}  // namespace fwproof::cli
