#include "analysis/charge.hpp"

#include <algorithm>
#include <map>

#include "fwproof/analysis/permit_weight.hpp"

namespace fwproof {

std::vector<Charge> charges(const Evaluator& evaluator, const Path& path, const PacketSet& question) {
    const Outcome outcome = evaluator.evaluate(path, question);
    if (outcome.out_of_budget) throw OutOfBudget();
    const auto hits = evaluator.attribute(path, question);
    std::vector<Charge> all;
    std::map<RuleRef, std::size_t> known;  // a rule that is met on several ways is charged once
    const auto charge = [&](const Hit& hit, const PacketSet& part, bool surely) {
        const auto [place, fresh] = known.emplace(hit.rule, all.size());
        if (fresh) all.push_back({hit.rule, evaluator.space().empty(), evaluator.space().empty()});
        Charge& one = all[place->second];
        one.packets = one.packets | part;
        if (surely) one.surely = one.surely | part;
    };
    const auto share_out = [&](PacketSet open, const std::vector<Hit>& among, bool surely) {
        for (const bool implicit : {false, true}) {
            for (auto hit = among.rbegin(); hit != among.rend() && !open.empty(); ++hit) {
                if (hit->verdict == Verdict::deny || is_implicit(evaluator.policy(), hit->rule) != implicit) continue;
                const PacketSet part = hit->packets & open;
                if (part.empty()) continue;
                open = open - part;
                charge(*hit, part, surely);
            }
        }
    };
    share_out(outcome.permitted, final_hits(evaluator.policy(), hits, Verdict::permit), true);
    share_out(outcome.undecided, hits, false);
    std::map<RuleRef, std::size_t> met;  // the place of its last hit
    for (std::size_t i = 0; i < hits.size(); ++i) met[hits[i].rule] = i;
    std::stable_sort(all.begin(), all.end(),
                     [&](const Charge& a, const Charge& b) { return met.at(a.rule) < met.at(b.rule); });
    return all;
}

}  // namespace fwproof
