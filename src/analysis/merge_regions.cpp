#include "analysis/merge_regions.hpp"

#include <algorithm>

namespace fwproof {

namespace {

bool same_rule(const std::optional<DecidingRule>& a, const std::optional<DecidingRule>& b) {
    return a.has_value() == b.has_value() && (!a || (a->rule == b->rule && a->via == b->via));
}

bool may_be_one(const ChangedRegion& a, const ChangedRegion& b) {
    const bool also = a.also == b.also || a.first_packets.empty() || b.first_packets.empty();
    return also && a.direction == b.direction && a.before == b.before && a.after == b.after &&
           same_rule(a.before_by, b.before_by) && same_rule(a.after_by, b.after_by);
}

template <class T>
void append(std::vector<T>& all, const std::vector<T>& more) {
    all.insert(all.end(), more.begin(), more.end());
}

void unite(ChangedRegion& region, const ChangedRegion& other) {
    append(region.first_packets, other.first_packets);
    append(region.others, other.others);
    region.also = region.also | other.also;
    region.complete = region.complete && other.complete;
    region.widens = region.widens || other.widens;
    region.narrows = region.narrows || other.narrows;
    region.one_of = region.one_of || other.one_of;
    if (!region.witness) region.witness = other.witness;
    for (const auto& line : other.because) {
        if (std::find(region.because.begin(), region.because.end(), line) == region.because.end())
            region.because.push_back(line);
    }
}

}  // namespace

std::vector<ChangedRegion> merge_regions(std::vector<ChangedRegion> regions) {
    std::vector<ChangedRegion> merged;
    for (auto& region : regions) {
        const auto twin = std::find_if(merged.begin(), merged.end(),
                                       [&](const ChangedRegion& other) { return may_be_one(other, region); });
        if (twin == merged.end()) {
            merged.push_back(std::move(region));
        } else {
            unite(*twin, region);
        }
    }
    std::stable_sort(merged.begin(), merged.end(),
                     [](const ChangedRegion& a, const ChangedRegion& b) { return a.direction < b.direction; });
    return merged;
}

}  // namespace fwproof
