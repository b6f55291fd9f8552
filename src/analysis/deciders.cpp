#include "analysis/deciders.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "fwproof/analysis/permit_weight.hpp"
#include "fwproof/policy/rule_at.hpp"

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

// Whether the header alone says which packets the rule takes.
bool asks_headers_alone(const Policy& policy, const RuleRef& ref) {
    const Rule* rule = rule_at(policy, ref);
    if (!rule) return true;  // a default
    return !rule->match.conditional &&
           std::all_of(rule->match.any_of.begin(), rule->match.any_of.end(), [](const Match& match) {
               return match.registers.empty() && !match.destination_translated && !match.original_header;
           });
}

}  // namespace

int weight_of_permit(const Policy& policy, const RuleRef& ref) {
    const Ruleset& ruleset = policy.rulesets[ref.ruleset];
    if (!ruleset.filters) return 0;
    return ref.rule < ruleset.rules.size() && !ruleset.rules[ref.rule].implicit ? 2 : 1;
}

std::vector<Hit> final_hits(const Policy& policy, const std::vector<Hit>& hits, Verdict verdict) {
    std::vector<Hit> found;
    std::map<std::size_t, PacketSet> taken;  // by stage
    for (auto hit = hits.rbegin(); hit != hits.rend(); ++hit) {
        if (hit->verdict != verdict) continue;
        found.push_back(*hit);
        if (hit->surely) continue;  // nobody else decides these
        Hit& last = found.back();
        const auto [known, fresh] = taken.try_emplace(verdict == Verdict::permit ? hit->stage : 0, hit->packets);
        if (!fresh) {
            last.packets = hit->packets - known->second;
            known->second = known->second | hit->packets;
        }
        last.surely = asks_headers_alone(policy, hit->rule) &&
                      std::all_of(hit->via.begin(), hit->via.end(),
                                  [&](const RuleRef& via) { return asks_headers_alone(policy, via); });
        if (last.packets.empty()) found.pop_back();
    }
    std::reverse(found.begin(), found.end());
    return found;
}

std::vector<DecidedPart> deciders(const Evaluator& evaluator, const Path& path, const PacketSet& region,
                                  Verdict verdict, Verdict other) {
    std::vector<DecidedPart> claims;
    PacketSet rest = region;
    const auto claim = [&](const Hit& hit) {
        if (!rest.intersects(hit.packets)) return;
        claims.push_back({DecidingRule{hit.rule, hit.surely, hit.via, hit.stage}, rest & hit.packets});
        rest = rest - hit.packets;
    };
    const auto hits = evaluator.attribute(path, region);
    const auto last = final_hits(evaluator.policy(), hits, verdict);
    if (verdict == Verdict::permit) {
        for (int weight = kHeaviestPermit; weight >= 0; --weight) {
            for (auto hit = last.rbegin(); hit != last.rend(); ++hit) {
                if (weight_of_permit(evaluator.policy(), hit->rule) == weight) claim(*hit);
            }
        }
    } else if (verdict == Verdict::deny) {
        for (const auto& hit : last) claim(hit);
    } else {
        const auto open = [](const Hit& hit) { return hit.verdict == Verdict::unknown || !hit.surely; };
        for (const auto& hit : hits) {
            if (open(hit) && hit.verdict != other) claim(hit);
        }
        for (const auto& hit : hits) {
            if (open(hit)) claim(hit);
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
