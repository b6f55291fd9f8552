#include "analysis/dependence.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "analysis/equal_conditions.hpp"
#include "analysis/inert.hpp"
#include "analysis/jumps.hpp"
#include "fwproof/analysis/nearby.hpp"
#include "fwproof/policy/rule_at.hpp"

namespace fwproof {

namespace {

constexpr std::size_t kMostParts = 500;   // of one side, each with its own list
constexpr std::size_t kMostChoices = 12;  // conditions of two lists, each of which may hold or not

using Keys = std::vector<std::string>;  // what must hold, each of it, sorted; empty: surely

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
    Steps met;
    PacketSet packets;
    Steps steps;  // of them, those that act
};

std::vector<Product> headers(const std::vector<Match>& matches) {
    std::vector<Product> all;
    for (const auto& match : matches) all.push_back(match.header);
    return all;
}

// Whether it says one thing of a packet. Of names in a list, one that is met is enough.
bool stands_alone(ConditionKind kind) {
    return kind == ConditionKind::program || kind == ConditionKind::service || kind == ConditionKind::package ||
           kind == ConditionKind::ipsec || kind == ConditionKind::time;
}

void add_conditions(const Rule& rule, Step& step) {
    Keys listed;
    for (const auto& condition : rule.match.conditions) {
        auto& keys = stands_alone(condition.kind) ? step.conditions : listed;
        keys.push_back(condition_key(condition, rule));
        if (!is_lasting(condition.kind)) step.remembers = true;
    }
    std::sort(listed.begin(), listed.end());
    listed.erase(std::unique(listed.begin(), listed.end()), listed.end());
    std::string together;
    for (const auto& key : listed) together += (together.empty() ? "" : "\n") + key;
    if (!together.empty()) step.conditions.push_back(std::move(together));
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
    std::vector<Part> parts = {{{}, region, {}}};
    for (const auto& hit : evaluator.attribute(path, region)) {
        for (const auto& [packets, step] : steps_of(evaluator.policy(), hit)) {
            const std::size_t count = parts.size();
            for (std::size_t i = 0; i < count; ++i) {
                PacketSet inside = parts[i].packets & packets;
                if (inside.empty()) continue;
                PacketSet outside = parts[i].packets - packets;
                if (!outside.empty()) parts.push_back({parts[i].met, std::move(outside), {}});
                if (parts.size() > kMostParts) return std::nullopt;
                parts[i].packets = std::move(inside);
                parts[i].met.push_back(step);
            }
        }
    }
    for (auto& part : parts) part.steps = plain(part.met);
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

// How far two lists differ, and for a case in which they do, the rules that decide.
struct Turn {
    bool widens = false, narrows = false;
    std::optional<DecidingRule> before_by, after_by;
};

// What becomes of a packet where these conditions hold and no others.
std::pair<Verdict, const Step*> outcome_of(const Steps& steps, const std::set<std::string>& holding) {
    const Step* last = nullptr;
    for (const Step& step : steps) {
        if (last && last->stage == step.stage) continue;
        if (!std::includes(holding.begin(), holding.end(), step.conditions.begin(), step.conditions.end())) continue;
        last = &step;
        if (step.verdict == Verdict::deny) break;
    }
    return {last ? last->verdict : Verdict::permit, last};
}

// Tries every way in which the conditions of both lists can hold. Nothing: there are too many, or they are not what
// verdicts depend on.
std::optional<Turn> try_conditions(const Part& before, const Part& after) {
    Keys keys;
    for (const Part* part : {&before, &after}) {
        for (const Step& step : part->steps) {
            if (step.remembers || step.verdict == Verdict::unknown) return std::nullopt;
            keys.insert(keys.end(), step.conditions.begin(), step.conditions.end());
        }
    }
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    if (keys.size() > kMostChoices) return std::nullopt;
    Turn turn;
    for (std::uint32_t choice = 0; choice >> keys.size() == 0; ++choice) {
        std::set<std::string> holding;
        for (std::size_t i = 0; i < keys.size(); ++i) {
            if ((choice >> i & 1) != 0) holding.insert(keys[i]);
        }
        const Verdict was = outcome_of(before.steps, holding).first, is = outcome_of(after.steps, holding).first;
        if (was == is) continue;
        if (!turn.widens && !turn.narrows) {
            const auto decider = [&](const Part& part, Verdict verdict) -> std::optional<DecidingRule> {
                const auto [said, step] = outcome_of(part.met, holding);
                return step && said == verdict ? std::optional(step->by) : std::nullopt;
            };
            turn.before_by = decider(before, was);
            turn.after_by = decider(after, is);
        }
        (is == Verdict::permit ? turn.widens : turn.narrows) = true;
    }
    return turn;
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
            const bool beyond = alike || packets.intersects(unseen);
            const auto turn = beyond ? std::nullopt : try_conditions(one, other);
            if (turn && !turn->widens && !turn->narrows) continue;
            Difference difference;
            difference.direction = Direction::still_unknown;
            difference.before = difference.after = Verdict::unknown;
            difference.widens = beyond || !(only_adds(one.steps, other.steps, Verdict::deny) ||
                                            only_adds(other.steps, one.steps, Verdict::permit));
            difference.narrows = beyond || !(only_adds(one.steps, other.steps, Verdict::permit) ||
                                             only_adds(other.steps, one.steps, Verdict::deny));
            difference.before_by = telling(one.steps, other.steps);
            difference.after_by = telling(other.steps, one.steps);
            if (turn) {
                difference.widens = turn->widens;
                difference.narrows = turn->narrows;
                const bool one_way = turn->widens != turn->narrows;
                if (one_way && turn->before_by) difference.before_by = turn->before_by;
                if (one_way && turn->after_by) difference.after_by = turn->after_by;
            }
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
