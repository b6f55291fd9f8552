// What several checks need to know about the rules of every export, computed once.
#pragma once

#include <memory>
#include <vector>

#include "check/openings.hpp"
#include "fwproof/analysis/anomaly.hpp"
#include "fwproof/check/check.hpp"

namespace fwproof {

// Why a rule does less than it says. A rule has at most one fault.
enum class Fault : std::uint8_t {
    shadowed,           // never matches, and earlier rules decide differently
    unreachable,        // never matches; earlier rules decide the same, or it decides nothing itself
    duplicate,          // repeats an earlier rule
    contradicting,      // matches what an earlier rule matches, and says the opposite
    behind_catch_all,   // one earlier rule takes every packet
    defeated_by_block,  // unordered rules: an allow whose packets are all blocked
    redundant,          // matches, but later rules would decide the same
    unreachable_log,    // logs, but never matches
};

struct FaultyRule {
    std::size_t firewall = 0;  // into CheckContext::firewalls()
    Fault fault{};
    Anomaly anomaly;                     // in the first of the rulesets
    std::vector<RulesetIndex> rulesets;  // that hold the rule; in every one of them it has the fault
    // Of a rule that decides something, those that decide the same in its place, in all rulesets.
    std::vector<RuleRef> substitutes;
    // Reported rules that must stay where this one is removed. Of a rule that stands in its own way, itself.
    std::vector<RuleRef> not_with;
};

class RuleStudy {
public:
    RuleStudy(const Topology& topology, const Budget& budget, std::size_t threads);
    ~RuleStudy();
    RuleStudy(RuleStudy&&) noexcept;

    // In the order of the exports. Rules of rulesets that filter nothing are left out, and rules whose fault is made by
    // the device itself (a firewall that is switched off).
    const std::vector<FaultyRule>& faults() const;
    const std::vector<Opening>& openings() const;
    // Null: no check asked for them so far.
    const std::vector<Opening>* openings_so_far() const;
    // What is surely denied, in the same form.
    const std::vector<Opening>& denials() const;
    const RuleDesk& desk(std::size_t firewall) const;
    // Null: nothing was asked of that firewall's rules so far.
    const RuleDesk* desk_so_far(std::size_t firewall) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace fwproof
