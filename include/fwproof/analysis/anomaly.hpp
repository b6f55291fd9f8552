// Rules that do less than they say: what earlier rules take away from a rule, and rules that make no difference.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "fwproof/analysis/evaluate.hpp"

namespace fwproof {

enum class Standing : std::uint8_t {
    effective,        // decides something, and would be missed
    matches_nothing,  // its own conditions contradict each other
    unreachable,      // earlier rules with the same verdict take all that it matches
    shadowed,         // earlier rules take all that it matches, and at least one decides differently
    redundant,        // decides something, but without it the same verdict follows
    partly_shadowed,  // effective, but rules with another verdict take a part
    not_evaluated,    // disabled
    undecided,        // the budget ran out
};
std::string_view to_string(Standing standing);  // "effective", "matches nothing", ...

// An earlier rule with a packet that both match and that, of the blamed rules, only this one takes.
struct Blame {
    RuleRef rule;
    Packet witness;
    bool same_end = false;  // it decides what it takes as the rule would
};

struct Anomaly {
    RuleRef rule;
    Standing standing = Standing::effective;
    // Unreachable and shadowed: rules that together take everything, none of which can be left out. Partly shadowed:
    // the rules with another verdict that take something. Redundant: the later rules that would decide instead; a
    // default is rule == rules.size(). Always in the order of the ruleset.
    std::vector<Blame> blamed;
    bool blamed_complete = true;
    // Of what the rule possibly matches, the part that rules with another verdict surely take; 0..1. At least that much
    // when blamed_complete is false.
    double share_lost = 0;
    std::optional<Packet> witness;  // a packet that it decides; nothing when it has none or is undecided
    std::uint32_t correlated = 0;   // earlier rules with another verdict, neither containing the other
    std::uint32_t generalizes = 0;  // earlier rules with another verdict that lie inside this one
    bool counts_complete = true;
};

struct AnomalyOptions {
    std::size_t steps_per_rule = 20'000;  // boxes made for one rule; a rule that would need more is undecided
    std::size_t steps = 400'000'000;      // for all rules together; when they are used up, the rest is undecided
    std::size_t share_steps = 1'000;      // boxes looked at to add up what one rule has lost
    std::size_t pairs_per_rule = 4'096;   // earlier rules compared with one rule for the share lost and the counts
    std::size_t pairs = 100'000'000;      // about that many for all rules, but at least 64 for each
    std::size_t correlated_limit = 64;    // of them, those that are counted as correlated or generalized
    std::size_t blamed_limit = 32;
};

// Rules are judged inside their ruleset, in the header as it is there. A rule takes what it surely matches when its
// action leaves the ruleset, a jump what surely gets a verdict where it leads; marks take nothing. What is claimed
// holds whatever conditions and marks turn out to be: a rule that only may match is blamed for nothing but what a rule
// with equal conditions loses to it.
class AnomalyFinder {
public:
    // The space must hold the values of the policy. Both have to outlive the finder.
    AnomalyFinder(const Policy& policy, const Space& space);
    ~AnomalyFinder();

    // One entry for each rule of the ruleset, in order, for the packets of the question: those that can get there.
    std::vector<Anomaly> find(RulesetIndex ruleset, const PacketSet& question, const AnomalyOptions& options = {});
    // Whether every packet that enters it by a jump surely gets a verdict there.
    bool decides_everything(RulesetIndex ruleset);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// The same of one ruleset.
std::vector<Anomaly> find_anomalies(const Policy& policy, RulesetIndex ruleset, const PacketSet& question,
                                    const AnomalyOptions& options = {});

// Whether both match the same packets on the same conditions, none of which is left to chance. False without
// conditions.
bool same_conditional_match(const Policy& policy, const Rule& a, const Rule& b);

}  // namespace fwproof
