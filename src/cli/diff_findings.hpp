// A diff as checks see it, and the report of what they found.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "cli/diff_report.hpp"

namespace fwproof::cli {

// Everything but what publish() sets. `waivers` are those of the project's settings; the site's count, too. The
// findings refer to the policies of the diff.
Report findings_of(const DiffReport& diff, const VersionPairs& pairs, const std::vector<const Check*>& selected,
                   std::vector<Waiver> waivers, std::chrono::sys_days day, World& world);

}  // namespace fwproof::cli
