// What gets into each ruleset: what the stages of the paths let in, handed on by jumps.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "check/rule_desk.hpp"
#include "fwproof/analysis/anomaly.hpp"

namespace fwproof {

class Entering {
public:
    explicit Entering(const RuleDesk& desk);

    // No other packet gets there. Of rulesets that nothing leads to: whatever there is.
    const PacketSet& packets(RulesetIndex ruleset) const { return packets_[ruleset]; }

    // Packets get there by jumps, and what those hand on is known.
    bool by_jumps(RulesetIndex ruleset) const { return !jumps_[ruleset].empty(); }
    // Of what a rule may match, the packets that the jumps to its ruleset would hand on.
    PacketSet handed_on(RuleRef rule) const;
    // The rules before those jumps that take all of that, or all of it that `takers` in its own ruleset leave; none
    // that can be left out for another one of its ruleset. Empty: they do not. Throws OutOfBudget.
    std::vector<Blame> takers_before(RuleRef rule, const std::vector<Blame>& takers) const;

private:
    struct Part {
        RuleRef rule;
        PacketSet packets;  // that it is the first to take
    };

    void follow_guards();
    void follow_jumps();
    bool put_in_order(RulesetIndex ruleset, std::vector<int>& seen, std::vector<RulesetIndex>& order) const;
    // What the rule surely keeps from the rules behind it in its ruleset.
    PacketSet takes(const Rule& rule) const;
    const PacketSet& taken_by(RuleRef ref) const;  // the same, remembered
    const PacketSet& decided_in(RulesetIndex ruleset) const;
    void take(RulesetIndex ruleset, const PacketSet& packets, std::vector<Part>& parts, PacketSet& untaken) const;
    void leave_out(bool same_verdict, RuleRef rule, std::vector<Part>& parts) const;
    bool simple(const PacketSet& packets) const;

    const Rule& rule_of(RuleRef ref) const { return policy_.rulesets[ref.ruleset].rules[ref.rule]; }

    const RuleDesk& desk_;
    const Policy& policy_;
    std::vector<PacketSet> packets_;
    std::vector<PacketSet> handed_;            // by the jumps, whatever rules before them take
    std::vector<std::vector<RuleRef>> jumps_;  // to each ruleset; empty where packets go round in circles
    mutable std::map<RulesetIndex, PacketSet> decided_;
    mutable std::map<RulesetIndex, std::vector<std::optional<PacketSet>>> taken_;
    mutable std::size_t looks_ = 0;  // at rules, for takers_before
};

}  // namespace fwproof
