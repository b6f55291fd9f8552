#include "analysis/rule_takes.hpp"

#include <algorithm>
#include <numeric>

#include "analysis/equal_conditions.hpp"

namespace fwproof {

namespace {

constexpr std::size_t kMostClipped = 1'024;  // boxes of a jump, times those of what it leads to

std::optional<RulesetIndex> target(const Action& action) {
    if (const auto* jump = std::get_if<Jump>(&action)) return jump->to;
    if (const auto* go = std::get_if<Goto>(&action)) return go->to;
    return std::nullopt;
}

}  // namespace

RuleTakes::RuleTakes(const Policy& policy, RulesetIndex ruleset, const Space& space, ChainEnds& ends)
    : ruleset_(policy.rulesets[ruleset]),
      ends_(ends),
      boxes_(space),
      conditions_(number_conditions(policy, ruleset)),
      outlines_(possible(space)),
      sets_(ruleset_.rules.size()) {
    std::array<std::vector<std::uint32_t>, kEnds> by_end;
    std::vector<std::uint32_t> all(ruleset_.rules.size());
    std::iota(all.begin(), all.end(), 0U);
    for (const std::uint32_t rule : all) {
        if (!idle(rule)) by_end[end_class(rule)].push_back(rule);
    }
    for (std::size_t i = 0; i < kEnds; ++i) by_end_[i] = OutlineIndex(outlines_, std::move(by_end[i]));
    takers_ = OutlineIndex(taken(space), std::move(all));
}

RuleTakes::End RuleTakes::end_class(std::uint32_t rule) const {
    const auto* decide = std::get_if<Decide>(&ruleset_.rules[rule].action);
    if (!decide || decide->verdict == Verdict::unknown) return other_end;
    return decide->verdict == Verdict::permit ? permits : denies;
}

std::vector<Outline> RuleTakes::taken(const Space& space) const {
    std::vector<Outline> made(ruleset_.rules.size());
    for (std::uint32_t i = 0; i < made.size(); ++i) {
        const RuleMatch& match = ruleset_.rules[i].match;
        if (!leaves(i) || (match.conditional && conditions_[i] == 0)) continue;
        for (const auto* matches : {&match.any_of, &match.outer}) {
            if (matches == &match.outer && !match.conditional) continue;
            for (const auto& one : *matches) {
                if (!depends_on_history(one)) made[i].cover(space.outline(one.header));
            }
        }
    }
    return made;
}

std::vector<Outline> RuleTakes::possible(const Space& space) const {
    std::vector<Outline> made;
    made.reserve(ruleset_.rules.size());
    for (const auto& rule : ruleset_.rules) {
        Outline outline;
        if (rule.enabled) {
            for (const auto* matches : {&rule.match.any_of, &rule.match.outer}) {
                for (const auto& match : *matches) outline.cover(space.outline(match.header));
            }
        }
        made.push_back(outline);
    }
    return made;
}

const RuleBoxes& RuleTakes::sets(std::uint32_t index) {
    auto& known = sets_[index];
    if (known) return *known;
    const Rule& rule = ruleset_.rules[index];
    RuleBoxes made = rule_boxes(rule, boxes_);
    // A jump takes what surely gets a verdict where it leads.
    const auto* jump = std::get_if<Jump>(&rule.action);
    if (jump && rule.enabled && !ends_.of(jump->to).everything) {
        if (made.exact) made.possibly = made.surely;
        made.exact = false;
        const BoxSet& end = ends_.of(jump->to).taken;
        for (BoxSet* set : {&made.surely, &made.given}) {
            *set = set->boxes.size() * end.boxes.size() > kMostClipped ? BoxSet{} : boxes_.intersect(*set, end);
        }
    }
    known = std::move(made);
    return *known;
}

bool RuleTakes::idle(std::uint32_t index) const {
    const Rule& rule = ruleset_.rules[index];
    return !rule.enabled || std::holds_alternative<Continue>(rule.action);
}

bool RuleTakes::leaves(std::uint32_t index) const {
    const Rule& rule = ruleset_.rules[index];
    if (!rule.enabled) return false;
    if (const auto* jump = std::get_if<Jump>(&rule.action)) return !ends_.of(jump->to).taken.empty();
    return std::holds_alternative<Decide>(rule.action) || std::holds_alternative<Return>(rule.action) ||
           std::holds_alternative<Goto>(rule.action) || std::holds_alternative<Translate>(rule.action);
}

bool RuleTakes::same_end(std::uint32_t a, std::uint32_t b) {
    const Action& x = ruleset_.rules[a].action;
    const Action& y = ruleset_.rules[b].action;
    const auto* decides = std::get_if<Decide>(&x);
    if (const auto* also = std::get_if<Decide>(&y)) {
        return decides ? decides->verdict == also->verdict : gives(b, a, also->verdict);
    }
    if (decides) return gives(a, b, decides->verdict);
    const auto from = target(x), to = target(y);
    if (from && to) {
        if (*from == *to) return x.index() == y.index();
        const auto only = end_of(x);
        return only && only == end_of(y);
    }
    return std::holds_alternative<Return>(x) && std::holds_alternative<Return>(y);
}

std::optional<Verdict> RuleTakes::end_of(const Action& action) const {
    const ChainEnd& end = ends_.of(*target(action));
    // What does not get a verdict there comes back behind a jump, but not behind a goto.
    return std::holds_alternative<Jump>(action) || end.everything ? end.only() : std::nullopt;
}

bool RuleTakes::gives(std::uint32_t rule, std::uint32_t jump, Verdict verdict) {
    const Action& action = ruleset_.rules[jump].action;
    const auto to = target(action);
    if (!to || verdict == Verdict::unknown) return false;
    const ChainEnd& end = ends_.of(*to);
    if (end.unclear || (std::holds_alternative<Goto>(action) && !end.everything)) return false;
    if (end.only() == verdict) return true;
    const std::size_t own = verdict == Verdict::permit ? 0 : 1;
    const BoxSet& otherwise = end.possibly[1 - own];
    const BoxSet both = boxes_.intersect(possibly(rule), possibly(jump));
    if (both.boxes.size() * otherwise.boxes.size() > kMostClipped) return false;
    return boxes_.inside(boxes_.intersect(both, otherwise), end.surely[own]);
}

std::optional<std::uint32_t> RuleTakes::first_taker(const Point& packet, std::uint32_t before) {
    return takers_.first(boxes_.outline(packet), 0, before, [&](std::uint32_t rule) {
        ++looked_;
        return boxes_.contains(surely(rule), packet);
    });
}

std::optional<std::uint32_t> RuleTakes::first_taker_like(const Point& packet, std::uint32_t rule,
                                                         std::uint32_t before) {
    return takers_.first(boxes_.outline(packet), rule + 1, before, [&](std::uint32_t other) {
        ++looked_;
        return same_end(other, rule) && boxes_.contains(surely(other), packet);
    });
}

std::optional<std::uint32_t> RuleTakes::first_unlike(const Point& packet, std::uint32_t rule) {
    const Outline outline = boxes_.outline(packet);
    const auto count = static_cast<std::uint32_t>(ruleset_.rules.size());
    std::uint32_t end = count;
    for (std::size_t other = 0; other < kEnds; ++other) {
        if (other != other_end && other == end_class(rule)) continue;
        const auto found = by_end_[other].first(outline, rule + 1, end, [&](std::uint32_t behind) {
            ++looked_;
            return !same_end(behind, rule) && boxes_.contains(possibly(behind), packet);
        });
        if (found) end = *found;
    }
    return end == count ? std::nullopt : std::optional(end);
}

// Adds to `found` what meets the rule and is worth keeping.
template <class Keep>
void RuleTakes::visit(const OutlineIndex& index, std::uint32_t rule, std::uint32_t begin, std::uint32_t end,
                      std::size_t limit, Rules& found, const Keep& keep) {
    index.visit(outlines_[rule], begin, end, [&](std::uint32_t other) {
        ++looked_;
        if (!keep(other)) return true;
        if (found.rules.size() >= limit) {
            found.complete = false;
            return false;
        }
        found.rules.push_back(other);
        return true;
    });
}

RuleTakes::Rules RuleTakes::unlike(std::uint32_t rule, std::uint32_t begin, std::uint32_t end, std::size_t limit) {
    Rules found;
    for (std::size_t i = 0; i < kEnds; ++i) {
        if (i != other_end && i == end_class(rule)) continue;
        visit(by_end_[i], rule, begin, end, limit, found, [&](std::uint32_t other) { return !same_end(other, rule); });
    }
    std::sort(found.rules.begin(), found.rules.end());
    return found;
}

RuleTakes::Rules RuleTakes::takers(std::uint32_t rule, std::uint32_t begin, std::uint32_t end, std::size_t limit) {
    Rules found;
    visit(takers_, rule, begin, end, limit, found, [](std::uint32_t) { return true; });
    std::sort(found.rules.begin(), found.rules.end());
    return found;
}

}  // namespace fwproof
