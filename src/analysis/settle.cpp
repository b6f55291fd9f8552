#include "analysis/settle.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <tuple>
#include <utility>

namespace fwproof {

bool asked(const Requirement& requirement) {
    return requirement.need == Need::required || requirement.need == Need::undetermined;
}

namespace {

// How much is still possible of what these decide together: what nobody could check may be better than it is known to
// be, but not where something else surely fails.
int rank(Judgement judgement) {
    switch (judgement) {
        case Judgement::satisfied: return 0;
        case Judgement::conditional: return 1;
        case Judgement::unchecked: return 2;
        case Judgement::partial: return 3;
        case Judgement::missing: return 4;
    }
    return 4;
}

bool better(Judgement a, Judgement b) { return rank(a) < rank(b); }

class Settler {
public:
    Settler(std::span<const Requirement> requirements, Assessment& assessment)
        : requirements_(requirements), assessment_(assessment), verdicts_(assessment.verdicts) {
        settled_.not_counted.assign(requirements.size(), false);
    }

    Settled settled() {
        settle_groups();
        settle_disputes();
        follow_connections();
        note_inferred();
        return std::move(settled_);
    }

private:
    // One complete variant is enough.
    void settle_groups() {
        std::map<std::string, std::map<std::string, std::vector<std::size_t>>> groups;
        for (std::size_t i = 0; i < requirements_.size(); ++i) {
            const Requirement& requirement = requirements_[i];
            if (requirement.any_of_key.empty() || !asked(requirement)) continue;
            const std::string& variant = requirement.variant.empty() ? requirement.service : requirement.variant;
            groups[requirement.any_of_key][variant].push_back(i);
        }
        for (const auto& [key, variants] : groups) {
            GroupResult group;
            group.key = key;
            group.judgement = Judgement::missing;
            std::set<std::string> complete;
            for (const auto& [variant, members] : variants) {
                Judgement worst = Judgement::satisfied;
                for (const std::size_t i : members) worst = std::max(worst, verdicts_[i], better);
                group.judgement = std::min(group.judgement, worst, better);
                if (worst == Judgement::satisfied) complete.insert(variant);
                group.requirements.insert(group.requirements.end(), members.begin(), members.end());
                if (worst != Judgement::conditional) continue;
                std::copy_if(members.begin(), members.end(), std::back_inserter(group.undecided),
                             [&](std::size_t i) { return verdicts_[i] == Judgement::conditional; });
            }
            for (const std::size_t i : group.requirements) {
                if (verdicts_[i] == Judgement::missing) group.closed.push_back(i);
                if (verdicts_[i] == Judgement::partial) group.half_open.push_back(i);
            }
            bool first = true;
            for (const std::size_t i : group.requirements) {
                settled_.in_group.insert(i);
                // The group counts as one requirement, its first.
                settled_.not_counted[i] = !first;
                if (first || group.judgement == Judgement::satisfied) verdicts_[i] = group.judgement;
                first = false;
            }
            if (group.judgement == Judgement::satisfied) {
                for (const auto& [variant, members] : variants) {
                    if (!complete.contains(variant)) settled_.quiet.insert(members.begin(), members.end());
                }
            } else {
                assessment_.groups.push_back(std::move(group));
            }
        }
    }

    void settle_disputes() {
        std::map<std::string, std::vector<std::size_t>> disputes;
        for (std::size_t i = 0; i < requirements_.size(); ++i) {
            const Requirement& requirement = requirements_[i];
            if (!asked(requirement)) continue;
            if (!requirement.dispute.empty()) disputes[requirement.dispute].push_back(i);
        }
        for (const auto& [key, members] : disputes) {
            Judgement printed = Judgement::satisfied;
            Judgement meant = Judgement::satisfied;
            bool has_printed = false;
            for (const std::size_t i : members) {
                if (requirements_[i].reading == Reading::documented) {
                    printed = std::max(printed, verdicts_[i], better);
                    has_printed = true;
                } else {
                    meant = std::max(meant, verdicts_[i], better);
                }
            }
            const bool only_as_printed = has_printed && printed == Judgement::satisfied &&
                                         (meant == Judgement::partial || meant == Judgement::missing);
            if (meant == Judgement::satisfied || only_as_printed)
                assessment_.disputes.push_back({members, only_as_printed});
            for (const std::size_t i : members) {
                const bool documented = requirements_[i].reading == Reading::documented;
                if (documented || only_as_printed) settled_.quiet.insert(i);
                if (documented) settled_.not_counted[i] = true;
                if (!documented && only_as_printed) verdicts_[i] = Judgement::satisfied;
            }
        }
    }

    // There are no replies where the connection does not pass that they belong to.
    void follow_connections() {
        const auto key = [](const Requirement& r, const std::string& item, const Endpoint& from, const Endpoint& to) {
            return std::tuple(r.catalog, item, from.host, to.host);
        };
        // As meant, where the document is disputed.
        std::map<std::tuple<std::string, std::string, std::string, std::string>, std::map<bool, Judgement>> known;
        for (std::size_t i = 0; i < requirements_.size(); ++i) {
            const Requirement& r = requirements_[i];
            if (r.reply_only || !asked(r)) continue;
            auto items = r.also;
            items.push_back(r.flow + "/" + r.service);
            for (const auto& item : items) {
                Judgement& worst = known[key(r, item, r.from, r.to)][r.reading == Reading::documented];
                worst = std::max(worst, verdicts_[i]);
            }
        }
        for (std::size_t i = 0; i < requirements_.size(); ++i) {
            const Requirement& r = requirements_[i];
            if (!r.reply_only || r.need != Need::required) continue;
            const auto connection = known.find(key(r, r.flow + "/" + r.reply_of, r.to, r.from));
            if (connection == known.end()) continue;
            verdicts_[i] = std::max(verdicts_[i], connection->second.begin()->second);
        }
    }

    // Entries that can only be read as inferred.
    void note_inferred() {
        for (std::size_t i = 0; i < requirements_.size(); ++i) {
            const Requirement& requirement = requirements_[i];
            if (asked(requirement) && requirement.dispute.empty() && requirement.reading == Reading::inferred &&
                verdicts_[i] == Judgement::satisfied) {
                assessment_.disputes.push_back({{i}, false});
            }
        }
    }

    std::span<const Requirement> requirements_;
    Assessment& assessment_;
    std::vector<Judgement>& verdicts_;
    Settled settled_;
};

}  // namespace

Settled settle(std::span<const Requirement> requirements, Assessment& assessment) {
    return Settler(requirements, assessment).settled();
}

}  // namespace fwproof
