// Whether the replies of flows that two versions of a policy permit get back in one of them and not in the other.
#pragma once

#include <string>
#include <vector>

#include "fwproof/analysis/review.hpp"

namespace fwproof {

// One version, and the way there of the flows that are asked about.
struct WayThere {
    const Policy& policy;
    const Path& path;
};

struct ReplyQuestion {
    WayThere before, after;
    const std::vector<Product>& asked;  // the flows, by their first packets
    AddressSetRef addresses;            // of either end; null: all
    bool compared = false;              // replies have been compared as packets among all others
    const std::vector<RuleEdits>* edits = nullptr;
    Budget budget;
    std::size_t region_limit = 0;
};

struct ReplyReview {
    std::vector<Product> lost, gained;  // they got back before and do not after, or the other way round
    bool complete = true;
    std::string limit;  // why they were not judged, one sentence; empty: they were
};

// Where rules decide about replies in a version, for all protocols or for those that the device does not track.
ReplyReview review_replies(const ReplyQuestion& question);

}  // namespace fwproof
