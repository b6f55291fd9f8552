// Results as bytes.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fwproof/base/result.hpp"
#include "fwproof/check/finding.hpp"

namespace fwproof {

struct ReportInput {
    std::string name;
    std::string vendor, device;
    std::size_t rules = 0;
    std::size_t conditional = 0;     // rules that depend on something no packet header shows
    std::size_t not_understood = 0;  // statements
};

// Everything a renderer may show; it computes, filters, sorts and grades nothing.
struct Report {
    std::string command;               // "check"
    std::vector<ReportInput> inputs;
    std::vector<std::string> catalogs;
    std::vector<Finding> findings;     // sorted
    std::size_t errors = 0, warnings = 0, notes = 0, waived = 0;
    std::size_t required = 0, satisfied = 0, unchecked = 0, undecided = 0;  // required flows
    std::vector<std::string> assumptions;
    std::string tool_version;
    std::string timestamp;             // RFC 3339, or empty
    int exit_code = 0;

    // Something was not understood, not checked or not decided.
    bool incomplete() const;
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
