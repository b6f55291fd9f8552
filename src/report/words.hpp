// Wording that several formats share.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fwproof/base/printable.hpp"
#include "fwproof/report/report.hpp"

namespace fwproof::report {

// "3 errors", "1 error", "no error".
std::string counted(std::size_t count, std::string_view noun);

// "edge.cfg:12:3", or the name alone where a finding or rule has no line. Empty for what is in no file.
std::string place(const std::string& file, const SourceSpan& span);

// "Title, Section, row 2 (line 35)".
std::string citation_text(const Citation& citation);

// "scom ms-ms/sdk-install"; empty for what comes from no catalog.
std::string catalog_entry(const Finding& finding);

// The run in one line: findings, required flows, what was read and what was not understood.
std::string summary_line(const Report& report);

}  // namespace fwproof::report
