#include "analysis/charge.hpp"

#include <algorithm>
#include <map>

namespace fwproof {

std::vector<Charge> charges(const Evaluator& evaluator, const Path& path, const PacketSet& question) {
    const Outcome outcome = evaluator.evaluate(path, question);
    if (outcome.out_of_budget) throw OutOfBudget();
    const auto hits = evaluator.attribute(path, question);
    PacketSet open = outcome.permitted | outcome.undecided;
    std::vector<Charge> all;
    std::map<RuleRef, std::size_t> known;  // a rule that is met on several ways is charged once
    const auto take = [&](bool implicit) {
        for (auto hit = hits.rbegin(); hit != hits.rend() && !open.empty(); ++hit) {
            if (hit->verdict == Verdict::deny || is_implicit(evaluator.policy(), hit->rule) != implicit) continue;
            const PacketSet part = hit->packets & open;
            if (part.empty()) continue;
            open = open - part;
            const auto [place, fresh] = known.emplace(hit->rule, all.size());
            if (fresh) {
                all.push_back({hit->rule, part, part});
            } else {
                all[place->second].packets = all[place->second].packets | part;
            }
        }
    };
    take(false);
    take(true);
    std::reverse(all.begin(), all.end());
    for (Charge& charge : all) charge.surely = charge.packets & outcome.permitted;
    return all;
}

}  // namespace fwproof
