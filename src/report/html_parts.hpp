// Small pieces of the HTML page that its sections share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fwproof/report/report.hpp"

namespace fwproof::report::html {

std::string chip(std::string_view word, std::string_view style = {});
std::string packet(std::string_view text);
// One line of a list of terms; empty where there is no value.
std::string row(std::string_view name, const std::string& value);
// The lines as items; a single one as it is.
std::string list(const std::vector<std::string>& lines);
std::string rules(const std::vector<RuleEvidence>& evidence);
// "PCI DSS v4.0.1, 1.2.5; ...": what the check speaks for.
std::string standards_text(const Check& check);

// The sections, in their order on the page.
std::string flow_sections(const Report& report);  // the matrix and every required flow
std::string finding_section(const Report& report);
std::string check_section(const Report& report);  // checks and standards with what came of them
std::string not_assessed_section(const Report& report);
std::string basis_section(const Report& report);  // files, exports, documents

}  // namespace fwproof::report::html
