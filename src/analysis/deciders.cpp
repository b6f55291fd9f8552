#include "analysis/deciders.hpp"

#include <array>

#include "fwproof/analysis/permit_weight.hpp"

namespace fwproof {

namespace {

Direction direction_of(Verdict before, Verdict after) {
    if (after == Verdict::unknown) return Direction::became_unknown;
    if (before == Verdict::unknown) return Direction::became_known;
    return after == Verdict::permit ? Direction::newly_permitted : Direction::newly_denied;
}

const PacketSet& part(const Outcome& outcome, Verdict verdict) {
    switch (verdict) {
        case Verdict::permit: return outcome.permitted;
        case Verdict::deny: return outcome.denied;
        case Verdict::unknown: break;
    }
    return outcome.undecided;
}

}  // namespace

int weight_of_permit(const Policy& policy, const RuleRef& ref) {
    const Ruleset& ruleset = policy.rulesets[ref.ruleset];
    if (!ruleset.filters) return 0;
    return ref.rule < ruleset.rules.size() && !ruleset.rules[ref.rule].implicit ? 2 : 1;
}

std::vector<DecidedPart> deciders(const Evaluator& evaluator, const Path& path, const PacketSet& region,
                                  Verdict verdict) {
    std::vector<DecidedPart> claims;
    PacketSet rest = region;
    const auto claim = [&](const Hit& hit) {
        if (!rest.intersects(hit.packets)) return;
        claims.push_back({DecidingRule{hit.rule, hit.surely, hit.via, hit.stage}, rest & hit.packets});
        rest = rest - hit.packets;
    };
    const auto hits = evaluator.attribute(path, region);
    if (verdict == Verdict::permit) {
        for (int weight = kHeaviestPermit; weight >= 0; --weight) {
            for (auto hit = hits.rbegin(); hit != hits.rend(); ++hit) {
                const bool heavy = weight_of_permit(evaluator.policy(), hit->rule) == weight;
                if (hit->verdict == Verdict::permit && heavy) claim(*hit);
            }
        }
    } else {
        for (const auto& hit : hits) {
            const bool decides = verdict == Verdict::deny ? hit.verdict == Verdict::deny
                                                          : hit.verdict == Verdict::unknown || !hit.surely;
            if (decides) claim(hit);
        }
    }
    if (!rest.empty()) claims.push_back({std::nullopt, rest});
    return claims;
}

std::vector<Difference> differing_verdicts(const Outcome& was, const Outcome& is) {
    constexpr std::array kVerdicts = {Verdict::permit, Verdict::deny, Verdict::unknown};
    std::vector<Difference> all;
    for (const auto direction :
         {Direction::newly_permitted, Direction::newly_denied, Direction::became_unknown, Direction::became_known}) {
        for (const auto from : kVerdicts) {
            for (const auto to : kVerdicts) {
                if (from == to || direction_of(from, to) != direction) continue;
                Difference difference;
                difference.packets = part(was, from) & part(is, to);
                if (difference.packets.empty()) continue;
                difference.direction = direction;
                difference.before = from;
                difference.after = to;
                difference.widens = from == Verdict::deny || to == Verdict::permit;
                difference.narrows = from == Verdict::permit || to == Verdict::deny;
                all.push_back(std::move(difference));
            }
        }
    }
    return all;
}

}  // namespace fwproof
