// The local engine: every rule on its own, against the few others that meet it.
//
// What a rule still decides is found by witnesses. Take a packet of what is left of its match; look up the first earlier
// rule that takes it; subtract that rule and take the next packet. The search ends with a packet that nothing takes, a
// definite witness that the rule is alive, or with nothing left, and then the subtracted rules are a proof that it is
// dead. Most rules need one or two witnesses, so the cost follows the answer and not the size of the list: per rule a few
// lookups in the index of outlines, each logarithmic where outlines are small.
// A dead rule is walked once in order, so that the blame falls on the rules that really decide. A rule is redundant when
// the rest of the list gives all that it decides the same verdict; one witness refutes that for most.
#include "fwproof/analysis/anomaly.hpp"

#include <algorithm>

#include "analysis/rule_takes.hpp"

namespace fwproof {

std::string_view to_string(Standing standing) {
    switch (standing) {
        case Standing::effective: return "effective";
        case Standing::matches_nothing: return "matches nothing";
        case Standing::unreachable: return "unreachable";
        case Standing::shadowed: return "shadowed";
        case Standing::redundant: return "redundant";
        case Standing::partly_shadowed: return "partly shadowed";
        case Standing::not_evaluated: return "not evaluated";
        case Standing::undecided: return "undecided";
    }
    return "undecided";
}

namespace {

class Judge {
public:
    Judge(const Policy& policy, RulesetIndex index, const PacketSet& question, const AnomalyOptions& options)
        : ruleset_(policy.rulesets[index]), index_(index), question_(question), options_(options),
          takes_(ruleset_, question) {}

    Anomaly judge(std::uint32_t rule) {
        Anomaly anomaly;
        anomaly.rule = {index_, rule};
        if (!ruleset_.rules[rule].enabled) {
            anomaly.standing = Standing::not_evaluated;
            return anomaly;
        }
        try {
            judge(rule, anomaly);
        } catch (const OutOfBudget&) {
            anomaly = {};
            anomaly.rule = {index_, rule};
            anomaly.standing = Standing::undecided;
            anomaly.counts_complete = false;
            anomaly.blamed_complete = false;
        }
        return anomaly;
    }

private:
    void judge(std::uint32_t rule, Anomaly& anomaly) {
        const PacketSet match = takes_.possibly(rule) & question_;
        if (match.empty()) {
            anomaly.standing = Standing::matches_nothing;
            return;
        }
        PacketSet rest = match;
        std::size_t steps = 0;
        while (true) {
            anomaly.witness = rest.pick();
            const auto taker = takes_.first_taker(*anomaly.witness, rule);
            if (!taker) break;
            rest = rest - takes_.surely(*taker);
            anomaly.witness.reset();
            if (rest.empty()) {
                settle_dead(rule, match, anomaly);
                return;
            }
            if (++steps > options_.steps_per_rule * 16) {
                anomaly.standing = Standing::undecided;
                return;
            }
        }
        lose_share(rule, match, anomaly);
        if (is_redundant(rule, match, anomaly)) {
            anomaly.standing = Standing::redundant;
        } else if (anomaly.share_lost > 0) {
            anomaly.standing = Standing::partly_shadowed;
        }
    }

    // The earlier rules that take something of the match, in order, until nothing is left.
    void settle_dead(std::uint32_t rule, const PacketSet& match, Anomaly& anomaly) {
        struct Taken {
            std::uint32_t by;
            PacketSet packets;
        };
        std::vector<Taken> taken;
        PacketSet rest = match;
        for (const auto earlier : takes_.meeting(rule, 0, rule)) {
            if (!takes_.leaves(earlier) || !rest.intersects(takes_.surely(earlier))) continue;
            taken.push_back({earlier, match & takes_.surely(earlier)});
            rest = rest - takes_.surely(earlier);
            if (rest.empty()) break;
        }
        const auto differs = [&](const Taken& one) { return !takes_.same_end(one.by, rule); };
        const bool shadowed = std::any_of(taken.begin(), taken.end(), differs);
        anomaly.standing = shadowed ? Standing::shadowed : Standing::unreachable;
        // Leave out what the others cover: same verdicts first, then later rules before earlier ones.
        std::vector<std::size_t> order(taken.size());
        for (std::size_t i = 0; i < order.size(); ++i) order[i] = order.size() - 1 - i;
        std::stable_partition(order.begin(), order.end(), [&](std::size_t i) { return !differs(taken[i]); });
        const auto others = [&](std::size_t without) {
            PacketSet all = match - match;
            for (std::size_t i = 0; i < taken.size(); ++i) {
                if (i != without) all = all | taken[i].packets;
            }
            return all;
        };
        if (taken.size() > options_.steps_per_rule) {
            anomaly.blamed_complete = false;
            taken.resize(options_.blamed_limit);
            for (const auto& one : taken) anomaly.blamed.push_back({{index_, one.by}, *one.packets.pick()});
            return;
        }
        const PacketSet nothing = match - match;
        for (const auto i : order) {
            if (match.subset_of(others(i))) taken[i].packets = nothing;
        }
        for (std::size_t i = 0; i < taken.size(); ++i) {
            if (taken[i].packets.empty()) continue;
            if (anomaly.blamed.size() >= options_.blamed_limit) {
                anomaly.blamed_complete = false;
                break;
            }
            anomaly.blamed.push_back({{index_, taken[i].by}, *(taken[i].packets - others(i)).pick()});
        }
    }

    // What earlier rules with another end take of a rule that is alive, and how they lie to each other.
    void lose_share(std::uint32_t rule, const PacketSet& match, Anomaly& anomaly) {
        const auto earlier = takes_.meeting(rule, 0, rule, options_.pairs_per_rule);
        if (!earlier.complete) anomaly.counts_complete = false;
        std::size_t steps = 0;
        bool any = false;
        for (const auto other : earlier) {
            if (!takes_.leaves(other) || takes_.same_end(other, rule)) continue;
            if (++steps > options_.steps_per_rule) {
                anomaly.counts_complete = false;
                break;
            }
            if (!match.intersects(takes_.possibly(other))) continue;
            any = true;
            const bool inside = takes_.possibly(other).subset_of(takes_.possibly(rule));
            const bool around = takes_.possibly(rule).subset_of(takes_.possibly(other));
            if (inside) ++anomaly.generalizes;
            if (!inside && !around) ++anomaly.correlated;
        }
        if (!any) return;
        PacketSet rest = match;
        PacketSet lost = match - match;
        steps = 0;
        for (const auto other : earlier) {
            if (!takes_.leaves(other) || !rest.intersects(takes_.surely(other))) continue;
            if (++steps > options_.steps_per_rule) {
                anomaly.blamed_complete = false;
                break;
            }
            if (!takes_.same_end(other, rule)) {
                const PacketSet part = rest & takes_.surely(other);
                lost = lost | part;
                if (anomaly.blamed.size() < options_.blamed_limit) {
                    anomaly.blamed.push_back({{index_, other}, *part.pick()});
                } else {
                    anomaly.blamed_complete = false;
                }
            }
            rest = rest - takes_.surely(other);
        }
        if (!earlier.complete) anomaly.blamed_complete = false;
        if (!lost.empty()) anomaly.share_lost = static_cast<double>(lost.size() / match.size());
    }

    bool is_redundant(std::uint32_t rule, const PacketSet& match, Anomaly& anomaly) {
        const auto* decide = std::get_if<Decide>(&ruleset_.rules[rule].action);
        if (!decide) return false;
        const auto end = static_cast<std::uint32_t>(ruleset_.rules.size());
        const bool default_same = ruleset_.default_verdict == decide->verdict;
        if (decide->verdict == Verdict::unknown || !same_behind(*anomaly.witness, rule, default_same)) return false;
        // Not refuted: what it decides, exactly, against what follows, in order.
        PacketSet rest = match;
        for (const auto earlier : takes_.meeting(rule, 0, rule)) {
            if (takes_.leaves(earlier) && rest.intersects(takes_.surely(earlier))) rest = rest - takes_.surely(earlier);
        }
        std::vector<Blame> instead;
        for (const auto later : takes_.meeting(rule, rule + 1, end)) {
            if (!rest.intersects(takes_.possibly(later)) || takes_.idle(later)) continue;
            if (!takes_.same_end(later, rule)) return false;
            const PacketSet part = rest & takes_.surely(later);
            if (part.empty()) continue;
            instead.push_back({{index_, later}, *part.pick()});
            rest = rest - takes_.surely(later);
            if (rest.empty()) break;
        }
        if (!rest.empty()) {
            if (!default_same) return false;
            instead.push_back({{index_, end}, *rest.pick()});
        }
        if (instead.size() > options_.blamed_limit) {
            instead.resize(options_.blamed_limit);
            anomaly.blamed_complete = false;
        }
        anomaly.blamed = std::move(instead);
        return true;
    }

    // Whether the rules behind give one packet the verdict of the rule.
    bool same_behind(const Packet& packet, std::uint32_t rule, bool default_same) {
        const auto end = static_cast<std::uint32_t>(ruleset_.rules.size());
        for (std::uint32_t from = rule + 1; from < end;) {
            const auto next = takes_.first_touched(packet, from, end);
            if (!next) break;
            if (!takes_.same_end(*next, rule)) return false;
            if (takes_.surely(*next).contains(packet)) return true;
            from = *next + 1;
        }
        return default_same;
    }

    const Ruleset& ruleset_;
    RulesetIndex index_;
    const PacketSet& question_;
    const AnomalyOptions& options_;
    RuleTakes takes_;
};

}  // namespace

std::vector<Anomaly> find_anomalies(const Policy& policy, RulesetIndex ruleset, const PacketSet& question,
                                    const AnomalyOptions& options) {
    Judge judge(policy, ruleset, question, options);
    std::vector<Anomaly> anomalies;
    const auto count = static_cast<std::uint32_t>(policy.rulesets[ruleset].rules.size());
    anomalies.reserve(count);
    for (std::uint32_t rule = 0; rule < count; ++rule) anomalies.push_back(judge.judge(rule));
    return anomalies;
}

}  // namespace fwproof
