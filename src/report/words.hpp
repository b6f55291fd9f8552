// Wording that several formats share.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fwproof/base/printable.hpp"
#include "fwproof/report/report.hpp"

namespace fwproof::report {

// "3 errors", "1 error", "no error".
std::string counted(std::size_t count, std::string_view noun);

// "edge.cfg:12:3", or the name alone where a finding or rule has no line. Empty for what is in no file.
std::string place(const std::string& file, const SourceSpan& span);

// A path as a URI reference: "exports/core%20fw.cfg", "file:///srv/core.cfg".
std::string uri_of(std::string_view path);

// "Title, Section, row 2 (line 35)".
std::string citation_text(const Citation& citation);

// "scom ms-ms/sdk-install"; empty for what comes from no catalog.
std::string catalog_entry(const Finding& finding);

// Its evidence line by line as the text report shows it, without the headline and without colours.
std::string evidence_text(const Finding& finding);

// The line of a source that a span is in, safe to show, without the blanks around it; cut where it is longer than
// `most` bytes. Empty without a span.
std::string quoted_line(const SourceSpan& span, std::size_t most = 400);

// The lines of a text, without their ends.
std::vector<std::string> lines_of(std::string_view text);

// "exports/core.cfg" of "./exports/core.cfg"; the first file of the run for a finding that is in none, so that formats
// in which everything has a place can show it.
std::string file_of(const Finding& finding, const Report& report);

// "5 more errors and 1 more note"; empty when all are 0.
std::string more(std::size_t errors, std::size_t warnings, std::size_t notes);

// The run in one line: findings, required flows, what was read and what was not understood.
std::string summary_line(const Report& report);

}  // namespace fwproof::report
