#include "analysis/rule_takes.hpp"

#include <algorithm>

namespace fwproof {

namespace {

bool depends_on_history(const Match& match) {
    return !match.registers.empty() || match.destination_translated || match.original_header;
}

}  // namespace

RuleTakes::RuleTakes(const Ruleset& ruleset, const Space& space)
    : ruleset_(ruleset), boxes_(space), index_(outlines(space)), takers_(taken(space)), sets_(ruleset.rules.size()) {}

std::vector<Outline> RuleTakes::taken(const Space& space) const {
    std::vector<Outline> made(ruleset_.rules.size());
    for (std::uint32_t i = 0; i < made.size(); ++i) {
        if (!leaves(i) || ruleset_.rules[i].match.conditional) continue;
        for (const auto& match : ruleset_.rules[i].match.any_of) {
            if (!depends_on_history(match)) made[i].cover(space.outline(match.header));
        }
    }
    return made;
}

std::vector<Outline> RuleTakes::outlines(const Space& space) const {
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

const RuleTakes::Sets& RuleTakes::sets(std::uint32_t index) {
    auto& known = sets_[index];
    if (known) return *known;
    const Rule& rule = ruleset_.rules[index];
    Sets made;
    if (rule.enabled) {
        const auto sure = [&](const Match& match) { return !rule.match.conditional && !depends_on_history(match); };
        made.exact = rule.match.outer.empty() && std::all_of(rule.match.any_of.begin(), rule.match.any_of.end(), sure);
        for (const auto& match : rule.match.any_of) {
            if (sure(match)) boxes_.add(match.header, made.surely);
            if (!made.exact) boxes_.add(match.header, made.possibly);
        }
        for (const auto& match : rule.match.outer) boxes_.add(match.header, made.possibly);
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
    return rule.enabled &&
           (std::holds_alternative<Decide>(rule.action) || std::holds_alternative<Return>(rule.action) ||
            std::holds_alternative<Goto>(rule.action) || std::holds_alternative<Translate>(rule.action));
}

bool RuleTakes::same_end(std::uint32_t a, std::uint32_t b) const {
    const Action& x = ruleset_.rules[a].action;
    const Action& y = ruleset_.rules[b].action;
    if (x.index() != y.index()) return false;
    if (const auto* decide = std::get_if<Decide>(&x)) return decide->verdict == std::get<Decide>(y).verdict;
    if (const auto* go = std::get_if<Goto>(&x)) return go->to == std::get<Goto>(y).to;
    return std::holds_alternative<Return>(x);
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

std::optional<std::uint32_t> RuleTakes::first_touched(const Point& packet, std::uint32_t begin, std::uint32_t end) {
    return index_.first(boxes_.outline(packet), begin, end, [&](std::uint32_t rule) {
        ++looked_;
        return !idle(rule) && boxes_.contains(possibly(rule), packet);
    });
}

RuleTakes::Rules RuleTakes::meeting(const OutlineIndex& index, std::uint32_t rule, std::uint32_t begin,
                                    std::uint32_t end, std::size_t limit) {
    Rules found;
    index.visit(index_.outline(rule), begin, end, [&](std::uint32_t other) {
        if (found.rules.size() >= limit) {
            found.complete = false;
            return false;
        }
        found.rules.push_back(other);
        return true;
    });
    looked_ += found.rules.size();
    std::sort(found.rules.begin(), found.rules.end());
    return found;
}

}  // namespace fwproof
