// First the guards alone, handed on whole: what every ruleset is judged for where nothing better is known. Then,
// callers before the rulesets that they jump to, what each jump matches and no rule before it surely takes. A set that
// takes too many words to write down stays as the guards say.
#include "check/entering.hpp"

#include <algorithm>
#include <optional>
#include <set>

namespace fwproof {

namespace {

constexpr std::size_t kMostProducts = 100;  // of what does not get in
constexpr std::size_t kMostRules = 4'096;   // of a ruleset whose takings are followed
constexpr std::size_t kMostTakers = 32;
constexpr std::size_t kMostLooks = 5'000'000;  // at rules before jumps, of one policy

std::optional<RulesetIndex> target(const Rule& rule) {
    if (const auto* jump = std::get_if<Jump>(&rule.action)) return jump->to;
    if (const auto* go = std::get_if<Goto>(&rule.action)) return go->to;
    return std::nullopt;
}

}  // namespace

Entering::Entering(const RuleDesk& desk)
    : desk_(desk),
      policy_(desk.policy),
      packets_(policy_.rulesets.size(), desk.space.empty()),
      jumps_(policy_.rulesets.size()) {
    try {
        follow_guards();
        follow_jumps();
    } catch (const OutOfBudget&) {
        packets_.assign(policy_.rulesets.size(), desk_.occurring);
        handed_.clear();
    }
}

void Entering::follow_guards() {
    std::vector<RulesetIndex> open;
    const auto enter = [&](RulesetIndex to, const PacketSet& packets) {
        if (to >= packets_.size() || packets.subset_of(packets_[to])) return;
        packets_[to] = packets_[to] | packets;
        open.push_back(to);
    };
    // An IPv4 rule without addresses names no family; that its chain only meets IPv4 stands in the guard.
    for (const auto& path : policy_.paths) {
        for (const auto& stage : path.stages) {
            enter(stage.ruleset,
                  stage.guard.is_all() ? desk_.occurring : desk_.space.from(stage.guard) & desk_.occurring);
        }
    }
    handed_ = packets_;
    while (!open.empty()) {
        const RulesetIndex from = open.back();
        open.pop_back();
        std::set<RulesetIndex> targets;
        for (const auto& rule : policy_.rulesets[from].rules) {
            if (const auto to = target(rule)) targets.insert(*to);
        }
        for (const RulesetIndex to : targets) enter(to, packets_[from]);
    }
    // What no path leads to is judged for whatever there is.
    for (auto& packets : packets_) {
        if (packets.empty()) packets = desk_.occurring;
    }
}

bool Entering::put_in_order(RulesetIndex ruleset, std::vector<int>& seen, std::vector<RulesetIndex>& order) const {
    if (seen[ruleset] != 0) return seen[ruleset] == 2;
    seen[ruleset] = 1;
    for (const auto& rule : policy_.rulesets[ruleset].rules) {
        const auto to = target(rule);
        if (to && rule.enabled && !put_in_order(*to, seen, order)) return false;
    }
    seen[ruleset] = 2;
    order.push_back(ruleset);
    return true;
}

void Entering::follow_jumps() {
    std::vector<RulesetIndex> order;
    std::vector<int> seen(policy_.rulesets.size(), 0);
    for (RulesetIndex i = 0; i < policy_.rulesets.size(); ++i) {
        if (!handed_[i].empty() && !put_in_order(i, seen, order)) {
            handed_.clear();
            return;
        }
    }
    std::vector<PacketSet> reached = handed_;
    for (auto from = order.rbegin(); from != order.rend(); ++from) {
        const auto& rules = policy_.rulesets[*from].rules;
        auto last = static_cast<std::uint32_t>(rules.size());
        while (last > 0 && !target(rules[last - 1])) --last;
        PacketSet left = reached[*from];
        for (std::uint32_t i = 0; i < last; ++i) {
            if (!rules[i].enabled) continue;
            if (const auto to = target(rules[i])) {
                const PacketSet matched = desk_.possibly(rules[i]);
                handed_[*to] = handed_[*to] | (handed_[*from] & matched);
                reached[*to] = reached[*to] | (left & matched);
                jumps_[*to].push_back({*from, i});
            }
            if (last <= kMostRules) left = left - takes(rules[i]);
        }
    }
    // Where no jump is ever reached, the jumps have the fault, and the rules behind them are judged as if they were.
    for (const RulesetIndex i : order) {
        if (!reached[i].empty() && simple(reached[i])) {
            packets_[i] = reached[i];
        } else {
            jumps_[i].clear();
        }
    }
}

bool Entering::simple(const PacketSet& packets) const {
    return (desk_.space.all() - packets).products(kMostProducts).complete;
}

PacketSet Entering::takes(const Rule& rule) const {
    const bool returns = std::holds_alternative<Return>(rule.action) || std::holds_alternative<Goto>(rule.action);
    const auto* decide = std::get_if<Decide>(&rule.action);
    if (returns || (decide && decide->verdict != Verdict::unknown)) return desk_.surely(rule);
    const auto* jump = std::get_if<Jump>(&rule.action);
    return jump ? desk_.surely(rule) & decided_in(jump->to) : desk_.space.empty();
}

const PacketSet& Entering::taken_by(RuleRef ref) const {
    auto& known = taken_[ref.ruleset];
    if (known.empty()) known.resize(policy_.rulesets[ref.ruleset].rules.size());
    if (!known[ref.rule]) known[ref.rule] = takes(rule_of(ref));
    return *known[ref.rule];
}

// Packets that surely get a verdict there. Only asked where no packet goes round in circles.
const PacketSet& Entering::decided_in(RulesetIndex ruleset) const {
    const auto known = decided_.find(ruleset);
    if (known != decided_.end()) return known->second;
    const auto& rules = policy_.rulesets[ruleset].rules;
    PacketSet decided = desk_.space.empty();
    PacketSet escaped = desk_.space.empty();  // may have returned before
    for (const auto& rule : rules) {
        if (!rule.enabled || rules.size() > kMostRules) continue;
        const auto* go = std::get_if<Goto>(&rule.action);
        if (go) {
            decided = decided | ((desk_.surely(rule) & decided_in(go->to)) - escaped);
            escaped = escaped | (desk_.possibly(rule) - decided_in(go->to));
        } else if (std::holds_alternative<Return>(rule.action)) {
            escaped = escaped | desk_.possibly(rule);
        } else {
            decided = decided | (takes(rule) - escaped);
        }
    }
    return decided_.emplace(ruleset, decided).first->second;
}

PacketSet Entering::handed_on(RuleRef rule) const {
    return desk_.possibly(rule_of(rule)) & (handed_.empty() ? packets_ : handed_)[rule.ruleset];
}

void Entering::take(RulesetIndex ruleset, const PacketSet& packets, std::vector<Part>& parts,
                    PacketSet& untaken) const {
    if (jumps_[ruleset].empty()) untaken = untaken | packets;
    for (const RuleRef jump : jumps_[ruleset]) {
        if (++looks_ > kMostLooks) throw OutOfBudget();
        PacketSet left = packets & handed_[jump.ruleset] & desk_.possibly(rule_of(jump));
        for (std::uint32_t i = 0; i < jump.rule && !left.empty(); ++i) {
            const RuleRef ref{jump.ruleset, i};
            if (!rule_of(ref).enabled) continue;
            if (++looks_ > kMostLooks) throw OutOfBudget();
            const PacketSet& all = taken_by(ref);
            if (!all.intersects(left)) continue;
            const PacketSet taken = left & all;
            left = left - taken;
            const auto known = std::find_if(parts.begin(), parts.end(), [&](const Part& p) { return p.rule == ref; });
            if (known == parts.end()) {
                parts.push_back({ref, taken});
            } else {
                known->packets = known->packets | taken;
            }
        }
        if (!left.empty()) take(jump.ruleset, left, parts, untaken);
    }
}

void Entering::leave_out(bool same_verdict, RuleRef rule, std::vector<Part>& parts) const {
    const auto* own = std::get_if<Decide>(&rule_of(rule).action);
    for (std::size_t i = 0; i < parts.size();) {
        const auto* decide = std::get_if<Decide>(&rule_of(parts[i].rule).action);
        const bool same = own && decide && own->verdict == decide->verdict;
        const auto other = std::find_if(parts.begin(), parts.end(), [&](const Part& part) {
            return part.rule.ruleset == parts[i].rule.ruleset && part.rule != parts[i].rule &&
                   parts[i].packets.subset_of(takes(rule_of(part.rule)));
        });
        if (same != same_verdict || other == parts.end()) {
            ++i;
            continue;
        }
        other->packets = other->packets | parts[i].packets;
        parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(i));
    }
}

std::vector<Blame> Entering::takers_before(RuleRef rule, const std::vector<Blame>& takers) const {
    PacketSet packets = handed_on(rule);
    for (const auto& taker : takers) packets = packets - takes(rule_of(taker.rule));
    std::vector<Part> parts;
    PacketSet untaken = desk_.space.empty();
    if (!packets.empty()) take(rule.ruleset, packets, parts, untaken);
    leave_out(true, rule, parts);
    leave_out(false, rule, parts);
    if (!untaken.empty() || parts.size() > kMostTakers) return {};
    std::sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) { return a.rule < b.rule; });
    std::vector<Blame> blamed;
    const auto* own = std::get_if<Decide>(&rule_of(rule).action);
    for (const auto& part : parts) {
        const auto* decide = std::get_if<Decide>(&rule_of(part.rule).action);
        const bool same = own && decide && own->verdict == decide->verdict;
        if (const auto witness = part.packets.pick()) blamed.push_back({part.rule, *witness, same});
    }
    return blamed;
}

}  // namespace fwproof
