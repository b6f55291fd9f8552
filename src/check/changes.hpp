// What checks about a change tell of it: its regions, each once for all profiles in which it is the same.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "check/outside.hpp"
#include "fwproof/check/change.hpp"
#include "fwproof/check/check.hpp"

namespace fwproof {

struct ChangedAccess {
    const Firewall* firewall = nullptr;  // of the version after
    const ChangedPolicy* policy = nullptr;
    const ChangedRegion* region = nullptr;
    std::vector<const Path*> paths;          // of the version after, at least one
    std::shared_ptr<const Outside> outside;  // of the version after

    bool widens() const { return region->widens; }
    std::vector<Product> packets() const;  // all of them
};

// In the order of the exports, their paths and their regions.
std::vector<ChangedAccess> changed_access(const CheckContext& context);

// A finding of the check at a statement of the version after; without one at its file.
Finding finding_after(const Check& check, const Firewall& firewall, const SourceSpan& span);
// With place, rules before and after, region, witness and the edits that make the difference.
Finding finding_about(const Check& check, const ChangedAccess& access);

// "INPUT rule 3 permits tcp 10.1.1.0/24 > any:22, which the default of INPUT denied before".
std::string change_text(const ChangedAccess& access);
// The rule that decides after the change as evidence: "after: OUT line 1".
RuleEvidence evidence_after(const ChangedAccess& access);
// The packets in words, with the names that the exports give sets: the first region and how many more there are.
std::string packets_text(const ChangedAccess& access);

// Flows that both versions permit, whose replies only one lets back, path by path: "... replies ... now pass inbound".
void report_replies(const CheckContext& context, const Check& check, std::vector<Product> PathReview::*replies,
                    std::string_view how, std::vector<Finding>& findings);

// Whether packets of the product can come from the Internet: by an interface that may lead outside, from an address
// that is not private. `doubtful` interfaces may.
bool from_untrusted(const ChangedAccess& access, const Product& product);
// Of a product that can: only by interfaces of which nothing says whether they lead outside.
bool only_by_doubtful(const ChangedAccess& access, const Product& product);

}  // namespace fwproof
