// What the rules of one ruleset take from each other: their boxes, made when first needed, and where to look for them.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "analysis/chain_ends.hpp"
#include "analysis/outline_index.hpp"
#include "analysis/rule_boxes.hpp"
#include "fwproof/policy/policy.hpp"

namespace fwproof {

class RuleTakes {
public:
    RuleTakes(const Policy& policy, RulesetIndex ruleset, const Space& space, ChainEnds& ends);

    // Rules are looked at from that one: others that hold on the same conditions surely take what they match.
    void look_from(std::uint32_t rule) { from_ = conditions_[rule]; }

    const BoxSpace& boxes() const { return boxes_; }

    // What the rule matches whatever marks, translations and conditions are, and what it may match; of a jump that
    // part which it surely takes. Nothing for a rule that is disabled.
    const BoxSet& surely(std::uint32_t rule) {
        const bool given = from_ != 0 && conditions_[rule] == from_;
        return given ? sets(rule).given : sets(rule).surely;
    }
    const BoxSet& possibly(std::uint32_t rule) { return sets(rule).exact ? sets(rule).surely : sets(rule).possibly; }

    bool idle(std::uint32_t rule) const;    // disabled, or only counts
    bool leaves(std::uint32_t rule) const;  // what it matches goes no further in this ruleset
    // What both take leaves it the same way: with the same verdict, both return, both go to one place.
    bool same_end(std::uint32_t a, std::uint32_t b);

    // The first rule before `before` that surely takes the packet.
    std::optional<std::uint32_t> first_taker(const Point& packet, std::uint32_t before);
    // The first rule behind `rule` and before `before` that surely takes the packet to the same end.
    std::optional<std::uint32_t> first_taker_like(const Point& packet, std::uint32_t rule, std::uint32_t before);
    // The first rule behind `rule` that may match the packet, does something and has not the end of the rule.
    std::optional<std::uint32_t> first_unlike(const Point& packet, std::uint32_t rule);

    // Rules looked at since this was asked last.
    std::size_t looked() { return std::exchange(looked_, 0); }

    // The rules in [begin, end) whose outlines meet that of the rule, in order; at most `limit`.
    struct Rules {
        std::vector<std::uint32_t> rules;
        bool complete = true;
        auto begin() const { return rules.begin(); }
        auto end() const { return rules.end(); }
    };
    // Those that do something and have another end than the rule; those that surely take something.
    Rules unlike(std::uint32_t rule, std::uint32_t begin, std::uint32_t end, std::size_t limit);
    Rules takers(std::uint32_t rule, std::uint32_t begin, std::uint32_t end, std::size_t limit);

private:
    const RuleBoxes& sets(std::uint32_t rule);
    std::optional<Verdict> end_of(const Action& action) const;  // the only verdict behind a jump
    // Whatever both may match and the jump takes gets that verdict there.
    bool gives(std::uint32_t rule, std::uint32_t jump, Verdict verdict);
    // Rules by how what they match goes on: an index over long runs of rules that end alike answers who ends otherwise
    // without looking at them.
    enum End : std::size_t { permits, denies, other_end, kEnds };
    End end_class(std::uint32_t rule) const;
    template <class Keep>
    void visit(const OutlineIndex& index, std::uint32_t rule, std::uint32_t begin, std::uint32_t end, std::size_t limit,
               Rules& found, const Keep& keep);
    std::vector<Outline> possible(const Space& space) const;  // of what rules possibly match
    std::vector<Outline> taken(const Space& space) const;     // of what rules surely match that leave the ruleset

    const Ruleset& ruleset_;
    ChainEnds& ends_;
    BoxSpace boxes_;
    std::vector<std::uint32_t> conditions_;  // equal for rules that hold on the same conditions, 0 for all others
    std::uint32_t from_ = 0;
    std::vector<Outline> outlines_;           // of what each rule possibly matches
    std::array<OutlineIndex, kEnds> by_end_;  // of the rules that do something
    OutlineIndex takers_;
    std::size_t looked_ = 0;
    std::vector<std::optional<RuleBoxes>> sets_;
};

}  // namespace fwproof
