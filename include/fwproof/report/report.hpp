// Results as bytes.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fwproof/base/result.hpp"
#include "fwproof/check/check.hpp"
#include "fwproof/check/flow_row.hpp"

namespace fwproof {

struct ReportInput {
    std::string name;
    std::string vendor, device;
    std::map<std::string, std::string> interfaces;  // their hardware names by those that rules use, where both are said
    std::size_t rules = 0;
    std::size_t conditional = 0;     // rules that depend on something no packet header shows
    std::size_t not_understood = 0;  // statements
};

// Two versions of an export; one of the names is empty where it was added or removed.
struct ReportVersions {
    std::string before, after;
};

// A file that the answer rests on.
struct ReportFile {
    std::string name;    // as it was opened; of a shipped catalog "catalogs/<id>.toml"
    std::string use;     // "export", "site", "catalog", "ipset" or "baseline"
    std::string sha256;  // of its bytes
    std::size_t bytes = 0;
};

// What is needed from one role to another, and how it fares.
struct MatrixCell {
    std::string catalog, from, to;
    struct Service {
        std::string ports;    // "tcp/1433"
        std::string entry;    // "flow/service" of the catalog
        std::string verdict;  // "satisfied"; where pairs of hosts differ "missing for 1 of 6, satisfied for 5 of 6"
    };
    std::vector<Service> services;
};

// Everything a renderer may show; it computes, filters, sorts and grades nothing.
struct Report {
    std::string command;                 // "check"
    std::vector<std::string> arguments;  // of the run, without the outputs
    std::vector<ReportInput> inputs;
    std::string headline;                  // of a change: "widened"
    std::vector<ReportVersions> versions;  // of a change: what differs
    std::vector<ReportFile> files;         // ascending by name, each once
    std::vector<std::string> catalogs;
    std::vector<std::string> checks;  // the names of those that ran, ascending by id
    std::vector<FlowRow> flows;       // required flows, also those that pass
    std::vector<Finding> findings;    // sorted
    std::size_t errors = 0, warnings = 0, notes = 0, waived = 0;
    std::optional<std::vector<Finding>>
        known;  // findings that a baseline had and that are left out; nothing: no baseline
    std::vector<Finding>
        gone;  // findings of the baseline that are not there any more; no more than their text is known
    std::size_t required = 0, satisfied = 0, unchecked = 0, undecided = 0;  // required flows
    std::size_t unbound = 0;             // roles that required flows name and the site does not bind
    std::size_t uncompared = 0;          // parts of a change that were not compared
    std::vector<Unassessed> unassessed;  // checks that could not judge everything in a file for want of facts
    std::size_t exhausted = 0;           // paths of devices that took more than the budget to work out
    std::vector<MatrixCell> matrix;      // empty unless asked for
    std::vector<std::string> assumptions;
    std::string tool_version;
    std::string timestamp;                              // RFC 3339, or empty
    std::string day;                                    // on which dates were judged, "2026-11-16"; may be empty
    std::optional<Severity> fail_on = Severity::error;  // findings at or above it make the run fail; nothing: none do
    std::vector<std::string> fail_on_checks;            // names: what these find makes the run fail, waived or not
    int exit_code = 0;

    // Of one of fail_on_checks; or not waived, and at or above fail_on.
    bool fails(const Finding& finding) const;
    // Something was not understood, not checked or not decided.
    bool incomplete() const;
    // The same of one check (a name): whether a finding of it may be missing.
    bool incomplete(std::string_view check) const;
};

struct RenderOptions {
    bool color = false;
    std::size_t width = 0;  // 0: no wrapping
};

struct Format {
    std::string_view name;
    std::string_view title;
    std::string (*render)(const Report&, const RenderOptions&);
};

std::span<const Format> formats();

}  // namespace fwproof
