// Where two policies differ.
#pragma once

#include <optional>
#include <vector>

#include "fwproof/analysis/edits.hpp"
#include "fwproof/analysis/evaluate.hpp"

namespace fwproof {

// still_unknown: the verdict is not known on either side, and depends on other conditions after than before.
enum class Direction : std::uint8_t { newly_permitted, newly_denied, became_unknown, became_known, still_unknown };
std::string_view to_string(Direction direction);  // "newly permitted", ...

// The rule that decides a region on one side. For a permit through several stages it is the last rule that somebody
// wrote, where there is one: behind it only defaults follow.
struct DecidingRule {
    RuleRef rule;
    bool surely = true;
    std::vector<RuleRef> via;  // the jumps on the way, outermost first
    std::size_t stage = 0;     // of the path
};

// Packets whose verdict differs, or what it depends on, with one decider on each side.
struct Difference {
    Direction direction{};
    Verdict before{};
    Verdict after{};
    bool widens = false, narrows = false;  // some of them may be permitted, or denied, that were not
    bool alone = false;  // only the version that does not deny them has the interface or the address that they name
    PacketSet packets;
    std::optional<DecidingRule> before_by;  // nothing: no single rule can be named
    std::optional<DecidingRule> after_by;
};

struct CompareOptions {
    Product question;             // only packets in it are compared
    std::vector<Product> values;  // the space tells these apart as well, so that results can be cut by them
    std::size_t difference_limit = 10'000;
    Budget budget;
    bool left_out =
        false;  // the question is one of packets that an assumption leaves out; they are compared all the same
    const std::vector<RuleEdits>* edits = nullptr;  // by ruleset, where the caller knows them already
};

struct Comparison {
    Space space;                          // of the rules near the edits, the question and CompareOptions::values
    std::vector<Difference> differences;  // disjoint; by direction, then in the order of the rules before and after
    PacketSet undecided;                  // not compared for want of budget
    bool complete = true;                 // every difference has been listed and attributed
};

// All packets of the question, apart from those that cannot occur on one of the sides (Policy::impossible), whose
// verdict on the two paths differs or, unknown on both, depends on other conditions. The policies must outlive the
// result only where their rules are looked up by it.
Comparison compare(const Policy& before, const Path& before_path, const Policy& after, const Path& after_path,
                   const CompareOptions& options = {});

}  // namespace fwproof
