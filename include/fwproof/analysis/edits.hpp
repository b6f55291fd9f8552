// What was edited between two versions of an export: lines of its text, and rules of its model.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "fwproof/policy/policy.hpp"

namespace fwproof {

// Lines that only one of the versions has, along a longest common subsequence; each span is one line without its end.
// Lines that differ in counters, or in blanks at the end, are the same line. Empty for binary text.
struct LineEdits {
    std::vector<SourceSpan> removed;  // of the version before, ascending
    std::vector<SourceSpan> added;    // of the version after, ascending
    // Where as many lines were put in as were taken out, which replaces which: indexes into removed and added.
    std::vector<std::pair<std::size_t, std::size_t>> replaced;
    // A line that was taken out here and put in there: indexes into removed and added. Each line at most once.
    std::vector<std::pair<std::size_t, std::size_t>> moved;
};
LineEdits edited_lines(const Source& before, const Source& after);

// Conditions of two rules are the same where this is: kind, value and, where the export writes the condition as an
// option of the rule, that option, which also says whether it is negated. Of words that were not understood nobody
// knows how far they reach: there every word of the rule counts, comments and counters apart, and of the line they
// stand in.
std::string condition_key(const Condition& condition, const Rule& rule);

// The rule rewrites or marks packets, or does something that bears on no verdict and is not logging.
bool does_more(const Rule& rule);

// Rules that only one of two lists has, in the order that is kept, and pairs that match and decide the same but log
// differently, or differ in what else they do: how they answer what they deny, or the words of a rule that rewrites or
// marks packets or does something that is not modelled. Lists of names, comments and counters do not count.
struct RuleEdits {
    std::vector<std::uint32_t> removed, added;  // ascending
    struct Pair {
        std::uint32_t before, after;
    };
    std::vector<Pair> logging, asides;
};
// Whether two rules match and do the same.
bool same_rule(const Policy& before, const Rule& a, const Policy& after, const Rule& b);

RuleEdits edited_rules(const Policy& before, const Ruleset& before_rules, const Policy& after,
                       const Ruleset& after_rules);

}  // namespace fwproof
