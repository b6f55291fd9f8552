#include "analysis/touched.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string>

#include "analysis/inert.hpp"
#include "analysis/jumps.hpp"
#include "analysis/translations.hpp"
#include "fwproof/analysis/nearby.hpp"

namespace fwproof {

namespace {

constexpr std::size_t kMostTouched = 2'000;  // products; beyond it the whole is compared

bool alike(const Policy& before, const Path& before_path, const Policy& after, const Path& after_path) {
    const auto same_stage = [](const Stage& a, const Stage& b) { return a.ruleset == b.ruleset && a.guard == b.guard; };
    const auto same_frame = [](const Ruleset& a, const Ruleset& b) {
        return a.name == b.name && a.default_verdict == b.default_verdict;
    };
    return std::equal(before_path.stages.begin(), before_path.stages.end(), after_path.stages.begin(),
                      after_path.stages.end(), same_stage) &&
           std::equal(before.rulesets.begin(), before.rulesets.end(), after.rulesets.begin(), after.rulesets.end(),
                      same_frame) &&
           enterable_rulesets(before) == enterable_rulesets(after);
}

class Touched {
public:
    Touched(const Policy& before, const Policy& after)
        : sides_{Side{before, inert_rules(before)}, Side{after, inert_rules(after)}} {}

    // `after`: of which policy the rule is.
    void add(bool after, RulesetIndex ruleset, std::uint32_t at) {
        const Side& side = sides_[after ? 1 : 0];
        const Rule& rule = side.policy.rulesets[ruleset].rules[at];
        if (side.inert[ruleset][at] || std::holds_alternative<Continue>(rule.action)) return;
        for (const auto* matches : {&rule.match.any_of, &rule.match.outer}) {
            for (const auto& match : *matches) products.push_back(match.header);
        }
    }

    std::vector<Product> products;

private:
    struct Side {
        const Policy& policy;
        std::vector<std::vector<bool>> inert;
    };
    std::array<Side, 2> sides_;
};

}  // namespace

std::optional<std::vector<Product>> touched_by_changes(const Policy& before, const Path& before_path,
                                                       const Policy& after, const Path& after_path,
                                                       const std::vector<RuleEdits>* known) {
    if (!alike(before, before_path, after, after_path)) return std::nullopt;
    const auto was_on = rulesets_on(before, before_path);
    const auto is_on = rulesets_on(after, after_path);
    Touched touched(before, after);
    for (RulesetIndex index = 0; index < before.rulesets.size(); ++index) {
        if (!was_on[index] && !is_on[index]) continue;
        const Ruleset& was = before.rulesets[index];
        const Ruleset& is = after.rulesets[index];
        const RuleEdits edits = known ? (*known)[index] : edited_rules(before, was, after, is);
        for (const auto rule : edits.removed) touched.add(false, index, rule);
        for (const auto rule : edits.added) touched.add(true, index, rule);
        if (touched.products.size() > kMostTouched) return std::nullopt;
    }
    // As far as no changed rule is met, both sides translate alike.
    return Translations(before, {&before_path}).backwards(std::move(touched.products));
}

std::optional<std::vector<Product>> touched_by_acting(const Policy& before, const Path& before_path,
                                                      const std::set<RuleRef>& before_acting, const Policy& after,
                                                      const Path& after_path, const std::set<RuleRef>& after_acting,
                                                      const std::vector<RuleEdits>* known) {
    if (!alike(before, before_path, after, after_path) || translates(before) || translates(after)) return std::nullopt;
    const auto was_on = rulesets_on(before, before_path);
    const auto is_on = rulesets_on(after, after_path);
    Touched touched(before, after);
    for (RulesetIndex index = 0; index < before.rulesets.size(); ++index) {
        if (!was_on[index] && !is_on[index]) continue;
        const Ruleset& was = before.rulesets[index];
        const Ruleset& is = after.rulesets[index];
        const RuleEdits edits = known ? (*known)[index] : edited_rules(before, was, after, is);
        const auto look = [&](bool on_after, std::uint32_t rule) {
            const bool decides = std::holds_alternative<Decide>((on_after ? is : was).rules[rule].action);
            const auto& acting = on_after ? after_acting : before_acting;
            if (!decides || acting.contains({index, rule})) touched.add(on_after, index, rule);
        };
        for (const auto rule : edits.removed) look(false, rule);
        for (const auto rule : edits.added) look(true, rule);
    }
    return std::move(touched.products);
}

std::vector<RulesetPair> pair_rulesets(const Policy& before, const Policy& after) {
    std::map<std::pair<std::string, int>, RulesetPair> pairs;
    std::map<std::string, int> seen;
    for (RulesetIndex i = 0; i < before.rulesets.size(); ++i) {
        const auto& name = before.rulesets[i].name;
        pairs[{name, seen[name]++}].before = i;
    }
    seen.clear();
    for (RulesetIndex i = 0; i < after.rulesets.size(); ++i) {
        const auto& name = after.rulesets[i].name;
        pairs[{name, seen[name]++}].after = i;
    }
    std::vector<RulesetPair> all;
    for (const auto& [key, pair] : pairs) all.push_back(pair);
    return all;
}

std::optional<std::vector<Product>> touched_by_named_changes(const Policy& before, const Path& before_path,
                                                             const Policy& after, const Path& after_path) {
    const auto same_stage = [&](const Stage& a, const Stage& b) {
        return a.guard == b.guard && a.ruleset < before.rulesets.size() && b.ruleset < after.rulesets.size() &&
               before.rulesets[a.ruleset].name == after.rulesets[b.ruleset].name;
    };
    if (!std::equal(before_path.stages.begin(), before_path.stages.end(), after_path.stages.begin(),
                    after_path.stages.end(), same_stage))
        return std::nullopt;
    const auto was_on = rulesets_on(before, before_path);
    const auto is_on = rulesets_on(after, after_path);
    const auto was_enterable = enterable_rulesets(before);
    const auto is_enterable = enterable_rulesets(after);
    Touched touched(before, after);
    for (const auto& [was, is] : pair_rulesets(before, after)) {
        if (!(was && was_on[*was]) && !(is && is_on[*is])) continue;
        if (!was || !is) continue;  // the jumps that lead into it are edited
        if (before.rulesets[*was].default_verdict != after.rulesets[*is].default_verdict) return std::nullopt;
        if (was_enterable[*was] != is_enterable[*is]) return std::nullopt;
        const RuleEdits edits = edited_rules(before, before.rulesets[*was], after, after.rulesets[*is]);
        for (const auto rule : edits.removed) touched.add(false, *was, rule);
        for (const auto rule : edits.added) touched.add(true, *is, rule);
        if (touched.products.size() > kMostTouched) return std::nullopt;
    }
    return Translations(before, {&before_path}).backwards(std::move(touched.products));
}

}  // namespace fwproof
