#include "analysis/touched.hpp"

#include <algorithm>

#include "analysis/jumps.hpp"

namespace fwproof {

namespace {

constexpr std::size_t kAlignedCells = 4'000'000;  // of the table of the longest common subsequence
constexpr std::size_t kMostTouched = 2'000;       // products; beyond it the whole is compared

bool same_conditions(const RuleMatch& a, const RuleMatch& b) {
    return std::equal(a.conditions.begin(), a.conditions.end(), b.conditions.begin(), b.conditions.end(),
                      [](const Condition& x, const Condition& y) { return x.kind == y.kind && x.value == y.value; });
}

bool same_action(const Action& a, const Action& b) {
    if (a.index() != b.index()) return false;
    if (const auto* decide = std::get_if<Decide>(&a)) return decide->verdict == std::get<Decide>(b).verdict;
    if (const auto* jump = std::get_if<Jump>(&a)) return jump->to == std::get<Jump>(b).to;
    if (const auto* go = std::get_if<Goto>(&a)) return go->to == std::get<Goto>(b).to;
    if (const auto* set = std::get_if<SetRegister>(&a)) {
        const auto& other = std::get<SetRegister>(b);
        return set->target == other.target && set->keep == other.keep && set->value == other.value &&
               set->from == other.from && set->mask == other.mask;
    }
    return !std::holds_alternative<Translate>(a);
}

bool same_rule(const Rule& a, const Rule& b) {
    if (!a.enabled && !b.enabled) return true;
    return a.enabled == b.enabled && same_action(a.action, b.action) && a.match.conditional == b.match.conditional &&
           a.match.any_of == b.match.any_of && a.match.outer == b.match.outer && same_conditions(a.match, b.match);
}

bool translates(const Policy& policy) {
    return std::any_of(policy.rulesets.begin(), policy.rulesets.end(), [](const Ruleset& ruleset) {
        return std::any_of(ruleset.rules.begin(), ruleset.rules.end(),
                           [](const Rule& rule) { return std::holds_alternative<Translate>(rule.action); });
    });
}

bool alike(const Policy& before, const Path& before_path, const Policy& after, const Path& after_path) {
    const auto same_stage = [](const Stage& a, const Stage& b) { return a.ruleset == b.ruleset && a.guard == b.guard; };
    const auto same_frame = [](const Ruleset& a, const Ruleset& b) {
        return a.name == b.name && a.default_verdict == b.default_verdict;
    };
    return std::equal(before_path.stages.begin(), before_path.stages.end(), after_path.stages.begin(),
                      after_path.stages.end(), same_stage) &&
           std::equal(before.rulesets.begin(), before.rulesets.end(), after.rulesets.begin(), after.rulesets.end(),
                      same_frame) &&
           !translates(before) && !translates(after) && enterable_rulesets(before) == enterable_rulesets(after);
}

void touch(const Rule& rule, std::vector<Product>& touched) {
    if (!rule.enabled || std::holds_alternative<Continue>(rule.action)) return;
    for (const auto* matches : {&rule.match.any_of, &rule.match.outer}) {
        for (const auto& match : *matches) touched.push_back(match.header);
    }
}

using Rules = std::vector<Rule>;

// What is in one of the two stretches and not in their longest common subsequence.
void touch_unaligned(const Rule* a, std::size_t n, const Rule* b, std::size_t m, std::vector<Product>& touched) {
    if ((n + 1) * (m + 1) > kAlignedCells) {
        for (std::size_t i = 0; i < n; ++i) touch(a[i], touched);
        for (std::size_t k = 0; k < m; ++k) touch(b[k], touched);
        return;
    }
    std::vector<std::uint32_t> common((n + 1) * (m + 1));  // of the tails from (i, k)
    const auto at = [&](std::size_t i, std::size_t k) -> std::uint32_t& { return common[i * (m + 1) + k]; };
    for (std::size_t i = n; i-- > 0;) {
        for (std::size_t k = m; k-- > 0;) {
            at(i, k) = same_rule(a[i], b[k]) ? at(i + 1, k + 1) + 1 : std::max(at(i + 1, k), at(i, k + 1));
        }
    }
    std::size_t i = 0;
    std::size_t k = 0;
    while (i < n || k < m) {
        if (i < n && k < m && same_rule(a[i], b[k])) {
            ++i;
            ++k;
        } else if (k == m || (i < n && at(i + 1, k) >= at(i, k + 1))) {
            touch(a[i++], touched);
        } else {
            touch(b[k++], touched);
        }
    }
}

// Rules come in long equal stretches with a few edits between them: after a mismatch the nearest place where both sides
// go on equally for a while is looked for, so that the quadratic alignment only sees what lies between.
void touch_changed(const Rules& a, const Rules& b, std::vector<Product>& touched) {
    constexpr std::size_t kWindow = 64;
    constexpr std::size_t kRun = 3;
    const auto runs_on = [&](std::size_t i, std::size_t k) {
        for (std::size_t step = 0; step < kRun; ++step) {
            if (i + step == a.size() && k + step == b.size()) return true;
            if (i + step >= a.size() || k + step >= b.size() || !same_rule(a[i + step], b[k + step])) return false;
        }
        return true;
    };
    std::size_t i = 0;
    std::size_t k = 0;
    while (i < a.size() || k < b.size()) {
        if (i < a.size() && k < b.size() && same_rule(a[i], b[k])) {
            ++i;
            ++k;
            continue;
        }
        std::size_t skip_a = a.size() - i;
        std::size_t skip_b = b.size() - k;
        for (std::size_t reach = 1; reach <= kWindow; ++reach) {
            bool found = false;
            for (std::size_t x = 0; x <= reach && !found; ++x) {
                if (i + x > a.size() || k + (reach - x) > b.size() || !runs_on(i + x, k + reach - x)) continue;
                skip_a = x;
                skip_b = reach - x;
                found = true;
            }
            if (found) break;
        }
        touch_unaligned(a.data() + i, skip_a, b.data() + k, skip_b, touched);
        i += skip_a;
        k += skip_b;
    }
}

}  // namespace

std::optional<std::vector<Product>> touched_by_changes(const Policy& before, const Path& before_path, const Policy& after,
                                                       const Path& after_path) {
    if (!alike(before, before_path, after, after_path)) return std::nullopt;
    std::vector<Product> touched;
    for (std::size_t index = 0; index < before.rulesets.size(); ++index) {
        touch_changed(before.rulesets[index].rules, after.rulesets[index].rules, touched);
        if (touched.size() > kMostTouched) return std::nullopt;
    }
    return touched;
}

}  // namespace fwproof
