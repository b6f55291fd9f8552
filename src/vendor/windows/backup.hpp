// A group policy backup: {GUID}/gpreport.xml, {GUID}/DomainSysvol/GPO/Machine/registry.pol, .../Machine/Preferences/
// Registry/Registry.xml and files that say nothing here.
#pragma once

#include <vector>

#include "fwproof/vendor/vendor.hpp"

namespace fwproof::windows {

// What to read of several files that belong together.
struct Selected {
    SourceRef source;
    Given given{};
    SourceRef report{};              // of the same policy object, for its name only: the source says more
    bool preferences_apart = false;  // of a report: their own file stands beside it
};

// Leaves out reports that stand beside a registry.pol; of files that nobody named, those that are of no known form.
std::vector<Selected> select_sources(const Input& input);

// Group policy for users, of a backup: the firewall reads the computer's.
bool is_user_policy(const Source& source);

}  // namespace fwproof::windows
