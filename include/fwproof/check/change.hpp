// What a change of exports did, for the checks that look at changes.
#pragma once

#include <string>
#include <vector>

#include "fwproof/analysis/review.hpp"
#include "fwproof/check/finding.hpp"
#include "fwproof/check/flow_row.hpp"

namespace fwproof {

// One device before and after.
struct ChangedPolicy {
    std::size_t firewall = 0;  // the version after: into Topology::firewalls
    const Policy* before = nullptr;
    const Review* review = nullptr;  // of `before` and the firewall's policy
};

// An export that could not be compared as a whole.
struct UncomparedExport {
    std::string file;
    std::string why;  // "added; there is nothing to compare it with"
};

// Required flows of one service between two roles that were satisfied before and, for one reason, are not after.
struct LostFlow {
    std::vector<std::size_t> requirements;  // into Resolution::requirements, at least one
    FlowRow after;                          // where it fails; without a firewall where no single one can be named
    std::string dropped;  // the flow in words where nothing asks for it any more; then `requirements` is empty
};

// A finding that a waiver covered before the change and that none covers after it.
struct LapsedWaiver {
    Finding finding;  // as it is after the change
    std::string reason;
};

// Everything outlives the run of the checks.
struct Change {
    std::vector<ChangedPolicy> policies;
    std::vector<UncomparedExport> uncompared;
    std::vector<LostFlow> lost;
    std::vector<LapsedWaiver> lapses;
};

// What the two versions say differently beside rules, one sentence each: settings that no verdict shows where what they
// are about was not read.
struct ChangedSetting {
    std::string text;        // "local-rules-merged of domain: no before, by default after"
    std::string variant;     // the Path::variant that it holds for; empty: all
    bool may_widen = false;  // more may be permitted by what was not read
};
std::vector<ChangedSetting> changed_settings(const Policy& before, const Policy& after);

// "and the same headers in state invalid, or with other TCP flags": ChangedRegion::also in words.
std::string also_sentence(StateSet states);

}  // namespace fwproof
