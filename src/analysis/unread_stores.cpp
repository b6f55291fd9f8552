#include "fwproof/analysis/unread_stores.hpp"

#include <algorithm>

#include "analysis/review_sum.hpp"
#include "fwproof/policy/rule_at.hpp"

namespace fwproof {

namespace {

// The policy as one among others: what it does not decide, nobody knows.
Policy among_others(Policy policy) {
    for (auto& ruleset : policy.rulesets) {
        if (ruleset.default_verdict == std::optional(Verdict::deny)) ruleset.default_verdict = Verdict::unknown;
    }
    return policy;
}

bool has_blocks(const Policy& policy) {
    return std::any_of(policy.rulesets.begin(), policy.rulesets.end(), [](const Ruleset& ruleset) {
        return std::any_of(ruleset.rules.begin(), ruleset.rules.end(), [](const Rule& rule) {
            const auto* decide = std::get_if<Decide>(&rule.action);
            return rule.enabled && decide && decide->verdict == Verdict::deny;
        });
    });
}

bool by_default(const Policy& policy, Verdict verdict, const std::optional<DecidingRule>& by) {
    return verdict == Verdict::unknown && by && !rule_at(policy, by->rule);
}

}  // namespace

void add_unread_stores(const Policy& before, const Policy& after, const ReviewOptions& options, Review& review) {
    if (!has_blocks(before) && !has_blocks(after)) return;
    const Policy was = among_others(before), is = among_others(after);
    Review open = fwproof::review(was, is, options);
    for (auto& path : open.paths) {
        const Path& way = path.after ? *path.after : *path.before;
        const auto known = std::find_if(review.paths.begin(), review.paths.end(), [&](const PathReview& other) {
            const Path& same = other.after ? *other.after : *other.before;
            return same.position == way.position && same.variant == way.variant;
        });
        if (known == review.paths.end() || !known->not_compared.empty()) continue;
        known->complete = known->complete && path.complete;
        for (auto& region : path.regions) {
            const bool unblocked = region.before == Verdict::deny && by_default(is, region.after, region.after_by);
            const bool blocked = region.after == Verdict::deny && by_default(was, region.before, region.before_by);
            if (unblocked || blocked) known->regions.push_back(std::move(region));
        }
        std::stable_sort(known->regions.begin(), known->regions.end(),
                         [](const ChangedRegion& a, const ChangedRegion& b) { return a.direction < b.direction; });
        if (!known->regions.empty()) known->undecided = false;
    }
    sum_up(review);
}

}  // namespace fwproof
