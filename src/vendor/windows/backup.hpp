// A group policy backup: {GUID}/gpreport.xml, {GUID}/DomainSysvol/GPO/Machine/registry.pol and files that say nothing
// here.
#pragma once

#include <vector>

#include "fwproof/base/source.hpp"

namespace fwproof::windows {

// What to read of several files that belong together.
struct Selected {
    SourceRef source;
    SourceRef report;  // of the same policy object, for its name only: registry.pol says more
};

// Leaves out user settings, files of no known form, and reports that stand beside a registry.pol.
std::vector<Selected> select_sources(const std::vector<SourceRef>& sources);

}  // namespace fwproof::windows
