#include "analysis/dependence.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "analysis/equal_conditions.hpp"
#include "analysis/inert.hpp"
#include "analysis/jumps.hpp"
#include "fwproof/analysis/nearby.hpp"
#include "fwproof/policy/rule_at.hpp"

namespace fwproof {

namespace {

constexpr std::size_t kMostParts = 500;  // of one side, each with its own list

using Keys = std::vector<std::string>;  // conditions, sorted; empty: surely

struct Step {
    Verdict verdict{};
    Keys conditions;
    std::string text;        // of a rule whose verdict is not known
    bool remembers = false;  // two rules with the same words are two counters
    std::size_t stage = 0;
    DecidingRule by;

    bool same(const Step& other) const {
        return verdict == other.verdict && conditions == other.conditions && text == other.text;
    }
    // Whatever this one takes is taken by the other, where both stand in one stage.
    bool needs_as_much_as(const Step& other) const {
        return !other.remembers && other.verdict != Verdict::unknown &&
               std::includes(conditions.begin(), conditions.end(), other.conditions.begin(), other.conditions.end());
    }
};

// What one packet meets, stage by stage.
using Steps = std::vector<Step>;

struct Part {
    Steps steps;
    PacketSet packets;
};

std::vector<Product> headers(const std::vector<Match>& matches) {
    std::vector<Product> all;
    for (const auto& match : matches) all.push_back(match.header);
    return all;
}

void add_conditions(const Rule& rule, Step& step) {
    for (const auto& condition : rule.match.conditions) {
        step.conditions.push_back(condition_key(condition, rule));
        if (!is_lasting(condition.kind)) step.remembers = true;
    }
    std::sort(step.conditions.begin(), step.conditions.end());
    step.conditions.erase(std::unique(step.conditions.begin(), step.conditions.end()), step.conditions.end());
}

// Its conditions hold its words.
bool not_understood(const Rule& rule) {
    const auto& conditions = rule.match.conditions;
    return std::any_of(conditions.begin(), conditions.end(),
                       [](const Condition& condition) { return condition.kind == ConditionKind::syntax; });
}

// The hit as steps: more than one where its rule, or a jump to it, surely matches a part of its packets.
std::vector<std::pair<PacketSet, Step>> steps_of(const Policy& policy, const Hit& hit) {
    Step step;
    step.verdict = hit.verdict;
    step.stage = hit.stage;
    step.by = {hit.rule, hit.surely, hit.via, hit.stage};
    const Rule* decider = rule_at(policy, hit.rule);
    if (hit.verdict == Verdict::unknown && !(decider && not_understood(*decider))) {
        step.text = !decider ? "default" : decider->implicit ? decider->name : std::string(decider->span.text());
    }
    std::vector<std::pair<PacketSet, Step>> all = {{hit.packets, std::move(step)}};
    std::vector<RuleRef> refs = hit.via;
    refs.push_back(hit.rule);
    const Space space = hit.packets.space();
    for (const auto& ref : refs) {
        const Rule* rule = rule_at(policy, ref);
        if (!rule || rule->match.exact()) continue;
        const PacketSet sure = rule->match.conditional ? space.empty() : space.from(headers(rule->match.any_of));
        std::vector<std::pair<PacketSet, Step>> next;
        for (auto& [packets, known] : all) {
            PacketSet surely = packets & sure;
            PacketSet maybe = packets - sure;
            if (!surely.empty()) next.emplace_back(std::move(surely), known);
            if (maybe.empty()) continue;
            add_conditions(*rule, known);
            next.emplace_back(std::move(maybe), std::move(known));
        }
        all = std::move(next);
    }
    return all;
}

// Without what never acts.
Steps plain(const Steps& met) {
    Steps all;
    for (const Step& step : met) {
        const auto same_stage = [&](const Step& other) { return other.stage == step.stage; };
        const auto first = std::find_if(all.begin(), all.end(), same_stage);
        if (std::any_of(first, all.end(), [&](const Step& before) { return step.needs_as_much_as(before); })) continue;
        auto run = all.end();  // the rules before it with its verdict and no other between
        while (run != first && std::prev(run)->verdict == step.verdict && !std::prev(run)->remembers) --run;
        if (step.remembers || step.verdict == Verdict::unknown) run = all.end();
        all.erase(std::remove_if(run, all.end(), [&](const Step& before) { return before.needs_as_much_as(step); }),
                  all.end());
        run = std::find_if(run, all.end(), [&](const Step& before) { return step.conditions < before.conditions; });
        all.insert(run, step);
    }
    // What falls off the end of a stage passes it.
    Steps kept;
    std::size_t stages = 0;
    for (std::size_t begin = 0; begin < all.size();) {
        std::size_t end = begin;
        while (end < all.size() && all[end].stage == all[begin].stage) ++end;
        std::size_t last = end;
        while (last > begin && all[last - 1].verdict == Verdict::permit) --last;
        for (std::size_t i = begin; i < last; ++i) {
            kept.push_back(std::move(all[i]));
            kept.back().stage = stages;
        }
        stages += last > begin ? 1 : 0;
        begin = end;
    }
    return kept;
}

// The region by the rules that may decide it; nothing: into too many parts.
std::optional<std::vector<Part>> parts_of(const Evaluator& evaluator, const Path& path, const PacketSet& region) {
    std::vector<Part> parts = {{{}, region}};
    for (const auto& hit : evaluator.attribute(path, region)) {
        for (const auto& [packets, step] : steps_of(evaluator.policy(), hit)) {
            const std::size_t count = parts.size();
            for (std::size_t i = 0; i < count; ++i) {
                PacketSet inside = parts[i].packets & packets;
                if (inside.empty()) continue;
                PacketSet outside = parts[i].packets - packets;
                if (!outside.empty()) parts.push_back({parts[i].steps, std::move(outside)});
                if (parts.size() > kMostParts) return std::nullopt;
                parts[i].packets = std::move(inside);
                parts[i].steps.push_back(step);
            }
        }
    }
    for (auto& part : parts) part.steps = plain(part.steps);
    return parts;
}

bool same(const Step& a, const Step& b) { return a.stage == b.stage && a.same(b); }

bool has(const Steps& steps, const Step& step) {
    return std::any_of(steps.begin(), steps.end(), [&](const Step& other) { return same(other, step); });
}

// Whether one list is the other with more rules, all of that verdict.
bool only_adds(const Steps& less, const Steps& more, Verdict verdict) {
    std::size_t met = 0;
    for (const Step& step : more) {
        if (met < less.size() && same(less[met], step)) {
            ++met;
        } else if (step.verdict != verdict) {
            return false;
        }
    }
    return met == less.size();
}

// The first rule that the other side does not have; where it has them all, the first on which the verdict depends.
std::optional<DecidingRule> telling(const Steps& steps, const Steps& other) {
    for (const Step& step : steps) {
        if (!has(other, step)) return step.by;
    }
    for (const Step& step : steps) {
        if (!step.conditions.empty() || step.verdict == Verdict::unknown) return step.by;
    }
    return std::nullopt;
}

// The packets that may meet a rule whose part in the answer no hit shows.
PacketSet twisted(const UndecidedSide& side, const PacketSet& region) {
    const Policy& policy = side.evaluator.policy();
    const bool rewritten = translates(policy);
    const auto met = rulesets_on(policy, side.path);
    const auto inert = inert_rules(policy);
    PacketSet found = region.space().empty();
    for (RulesetIndex index = 0; index < policy.rulesets.size(); ++index) {
        if (!met[index]) continue;
        const auto& rules = policy.rulesets[index].rules;
        for (std::uint32_t at = 0; at < rules.size(); ++at) {
            const Rule& rule = rules[at];
            if (!side.rules.contains({index, at}) || rule.match.exact() || inert[index][at] ||
                std::holds_alternative<Continue>(rule.action))
                continue;
            const bool shown = std::holds_alternative<Decide>(rule.action) || std::holds_alternative<Jump>(rule.action);
            if (shown && (rule.match.conditional || !rewritten)) continue;
            if (rewritten) return region;
            const auto& matches = rule.match.outer.empty() ? rule.match.any_of : rule.match.outer;
            found = found | (region & region.space().from(headers(matches)));
        }
    }
    return found;
}

}  // namespace

bool find_other_conditions(const UndecidedSide& before, const UndecidedSide& after, const PacketSet& region,
                           std::size_t limit, std::vector<Difference>& differences) {
    if (region.empty()) return true;
    const PacketSet unseen = twisted(before, region) | twisted(after, region);
    const auto was = parts_of(before.evaluator, before.path, region);
    const auto is = parts_of(after.evaluator, after.path, region);
    if (!was || !is) return false;
    std::map<std::pair<std::optional<RuleRef>, std::optional<RuleRef>>, std::size_t> known;
    for (const Part& one : *was) {
        for (const Part& other : *is) {
            PacketSet packets = one.packets & other.packets;
            if (packets.empty()) continue;
            const bool alike =
                std::equal(one.steps.begin(), one.steps.end(), other.steps.begin(), other.steps.end(), same);
            if (alike) packets = packets & unseen;
            if (packets.empty()) continue;
            Difference difference;
            difference.direction = Direction::still_unknown;
            difference.before = difference.after = Verdict::unknown;
            const bool beyond = alike || packets.intersects(unseen);
            difference.widens = beyond || !(only_adds(one.steps, other.steps, Verdict::deny) ||
                                            only_adds(other.steps, one.steps, Verdict::permit));
            difference.narrows = beyond || !(only_adds(one.steps, other.steps, Verdict::permit) ||
                                             only_adds(other.steps, one.steps, Verdict::deny));
            difference.before_by = telling(one.steps, other.steps);
            difference.after_by = telling(other.steps, one.steps);
            const auto rule = [](const std::optional<DecidingRule>& by) {
                return by ? std::optional(by->rule) : std::nullopt;
            };
            const auto [place, fresh] =
                known.emplace(std::pair(rule(difference.before_by), rule(difference.after_by)), differences.size());
            if (!fresh) {
                Difference& twin = differences[place->second];
                twin.packets = twin.packets | packets;
                twin.widens = twin.widens || difference.widens;
                twin.narrows = twin.narrows || difference.narrows;
                continue;
            }
            if (differences.size() >= limit) return false;
            difference.packets = std::move(packets);
            differences.push_back(std::move(difference));
        }
    }
    return true;
}

}  // namespace fwproof
