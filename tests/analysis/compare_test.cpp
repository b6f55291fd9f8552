// Comparison against the naive evaluator, packet by packet.
#include "fwproof/analysis/compare.hpp"

#include <algorithm>
#include <set>
#include <string>

#include "analysis/touched.hpp"
#include "support/catch.hpp"
#include "support/naive.hpp"
#include "support/random_policy.hpp"

using namespace fwproof;

namespace {

// A copy with a few edits: rules removed, added, swapped, turned round or switched off.
Policy edited(Policy policy, tiny::Products& random) {
    for (std::uint32_t edit = 0; edit <= random.below(3); ++edit) {
        auto& rules = policy.rulesets[random.below(static_cast<std::uint32_t>(policy.rulesets.size()))].rules;
        if (rules.empty()) continue;
        const std::uint32_t at = random.below(static_cast<std::uint32_t>(rules.size()));
        Rule added;
        added.match.any_of[0].header = random.next();
        added.action = Decide{random.one_in(2) ? Verdict::permit : Verdict::deny, ""};
        if (random.one_in(4)) {
            Translate translate;
            translate.destination.address = *parse_address("10.0.0.1");
            added.action = translate;
        }
        switch (random.below(6)) {
            case 4:  // another program, user or name
                for (auto& condition : rules[at].match.conditions) condition.value += "y";
                break;
            case 5:
                added.match.conditional = true;
                added.match.conditions = {{ConditionKind::program, random.one_in(2) ? "x" : "z", {}}};
                rules.insert(rules.begin() + at, added);
                break;
            case 0: rules.erase(rules.begin() + at); break;
            case 1: rules.insert(rules.begin() + at, added); break;
            case 2: rules[at].enabled = !rules[at].enabled; break;
            default: std::swap(rules[at], rules[0]); break;
        }
    }
    return policy;
}

Direction expected_direction(Verdict before, Verdict after) {
    if (after == Verdict::unknown) return Direction::became_unknown;
    if (before == Verdict::unknown) return Direction::became_known;
    return after == Verdict::permit ? Direction::newly_permitted : Direction::newly_denied;
}

// The conditions of both sides, each once.
std::vector<std::string> conditions_of(const Policy& before, const Policy& after) {
    std::set<std::string> keys;
    for (const Policy* policy : {&before, &after}) {
        for (const auto& ruleset : policy->rulesets) {
            for (const auto& rule : ruleset.rules) {
                for (const auto& condition : rule.match.conditions) keys.insert(condition_key(condition, rule));
            }
        }
    }
    return {keys.begin(), keys.end()};
}

// The policy where exactly these conditions hold.
Policy decided(Policy policy, const std::set<std::string>& holding) {
    for (auto& ruleset : policy.rulesets) {
        for (auto& rule : ruleset.rules) {
            RuleMatch& match = rule.match;
            const bool hold = std::all_of(
                match.conditions.begin(), match.conditions.end(),
                [&](const Condition& condition) { return holding.contains(condition_key(condition, rule)); });
            if (match.conditional && !hold) rule.enabled = false;
            if (!match.outer.empty() && hold) match.any_of = match.outer;
            match.conditional = false;
            match.outer.clear();
        }
    }
    return policy;
}

}  // namespace

TEST_CASE("what is unknown on both sides is told apart unless it depends on the same in the same way") {
    const auto packets = tiny::every_packet();
    std::size_t missed = 0, told = 0, differing = 0;
    for (std::uint32_t seed = 0; seed < 80; ++seed) {
        tiny::Products random(5000 + seed);
        const Policy before = tiny::random_policy(random, {});
        const Policy after = edited(before, random);
        const Comparison comparison = compare(before, before.paths[0], after, after.paths[0]);
        REQUIRE(comparison.complete);
        std::vector<Packet> open, shown;
        for (const auto& packet : packets) {
            const bool unknown = naive::evaluate(before, before.paths[0], packet) == Verdict::unknown &&
                                 naive::evaluate(after, after.paths[0], packet) == Verdict::unknown;
            const auto by = std::find_if(comparison.differences.begin(), comparison.differences.end(),
                                         [&](const Difference& d) { return d.packets.contains(packet); });
            const bool found = by != comparison.differences.end();
            if (unknown) (found ? shown : open).push_back(packet);
            if (found) CHECK((by->direction == Direction::still_unknown) == unknown);
            if (found && unknown) CHECK((by->widens || by->narrows));
        }
        const auto conditions = conditions_of(before, after);
        for (std::uint32_t chosen = 0; chosen < 1U << conditions.size(); ++chosen) {
            std::set<std::string> holding;
            for (std::size_t i = 0; i < conditions.size(); ++i) {
                if ((chosen >> i & 1U) != 0) holding.insert(conditions[i]);
            }
            const Policy was = decided(before, holding), is = decided(after, holding);
            const auto differs = [&](const Packet& packet) {
                return naive::evaluate(was, was.paths[0], packet) != naive::evaluate(is, is.paths[0], packet);
            };
            missed += static_cast<std::size_t>(std::count_if(open.begin(), open.end(), differs));
            differing += static_cast<std::size_t>(std::count_if(shown.begin(), shown.end(), differs));
        }
        told += shown.size();
        INFO("seed " << seed);
        CHECK(missed == 0);
    }
    CHECK(told > 150);
    CHECK(differing > 150);
}

TEST_CASE("the differences are exactly the packets whose verdict differs") {
    const auto packets = tiny::every_packet();
    std::size_t narrowed = 0;
    std::size_t differing = 0;
    for (std::uint32_t seed = 0; seed < 200; ++seed) {
        tiny::Products random(seed);
        tiny::PolicyOptions options;
        options.plain = seed % 3 == 0;
        const Policy before = tiny::random_policy(random, options);
        const Policy after = edited(before, random);
        const Comparison comparison = compare(before, before.paths[0], after, after.paths[0]);
        REQUIRE(comparison.complete);
        narrowed += touched_by_changes(before, before.paths[0], after, after.paths[0], nullptr).has_value();
        std::size_t wrong = 0;
        for (const auto& packet : packets) {
            const Verdict was = naive::evaluate(before, before.paths[0], packet);
            const Verdict is = naive::evaluate(after, after.paths[0], packet);
            std::size_t found = 0;
            for (const auto& difference : comparison.differences) {
                if (!difference.packets.contains(packet) || difference.direction == Direction::still_unknown) continue;
                ++found;
                wrong += difference.before != was || difference.after != is ||
                         difference.direction != expected_direction(was, is);
            }
            wrong += found != (was == is ? 0U : 1U);
            differing += was != is;
        }
        INFO("seed " << seed);
        CHECK(wrong == 0);
    }
    CHECK(narrowed > 150);
    CHECK(differing > 1500);
}

TEST_CASE("rules that are not nearby match no packet of the question, wherever it goes") {
    const auto packets = tiny::every_packet();
    std::size_t far = 0;
    for (std::uint32_t seed = 0; seed < 200; ++seed) {
        tiny::Products random(seed);
        const Policy policy = tiny::random_policy(random, {});
        const std::vector<Product> question = {random.next(), random.next()};
        const Nearby nearby(policy, {&policy.paths[0]}, question);
        REQUIRE_FALSE(nearby.everything());
        const auto asked = [&](const Packet& packet) {
            return contains(question[0], packet) || contains(question[1], packet);
        };
        Policy thinned = policy;
        for (RulesetIndex ruleset = 0; ruleset < policy.rulesets.size(); ++ruleset) {
            auto& rules = thinned.rulesets[ruleset].rules;
            for (std::uint32_t i = 0; i < rules.size(); ++i) {
                if (nearby.contains({ruleset, i})) continue;
                far += rules[i].enabled;
                rules[i].enabled = false;
            }
        }
        std::size_t wrong = 0;
        for (const auto& packet : packets) {
            wrong += asked(packet) && naive::evaluate(policy, policy.paths[0], packet) !=
                                          naive::evaluate(thinned, policy.paths[0], packet);
        }
        INFO("seed " << seed);
        CHECK(wrong == 0);
    }
    CHECK(far > 300);
}

TEST_CASE("a difference names the rules that decide it on both sides") {
    const auto rule = [](const char* source, Verdict verdict) {
        Rule made;
        made.match.any_of[0].header.source = share(*parse_address_set(source));
        made.action = Decide{verdict, ""};
        return made;
    };
    Policy before;
    before.rulesets.push_back({});
    before.rulesets[0].default_verdict = Verdict::deny;
    before.rulesets[0].rules = {rule("10.0.0.0/24", Verdict::permit), rule("10.0.1.0/24", Verdict::permit)};
    before.paths.push_back({Position::transit, "", {{0, {}}}});
    Policy after = before;
    after.rulesets[0].rules.insert(after.rulesets[0].rules.begin(), rule("10.0.0.128/25", Verdict::deny));
    after.rulesets[0].rules.push_back(rule("10.0.0.0/22", Verdict::permit));

    const Comparison comparison = compare(before, before.paths[0], after, after.paths[0]);
    REQUIRE(comparison.differences.size() == 2);
    const auto& opened = comparison.differences[0];
    CHECK(opened.direction == Direction::newly_permitted);
    CHECK(to_string(opened.packets.products(9).products.at(0)) == "any 10.0.2.0/23 > any4");
    CHECK(opened.before_by->rule == RuleRef{0, 2});
    CHECK(opened.after_by->rule == RuleRef{0, 3});
    const auto& closed = comparison.differences[1];
    CHECK(closed.direction == Direction::newly_denied);
    CHECK(to_string(closed.packets.products(9).products.at(0)) == "any 10.0.0.128/25 > any4");
    CHECK(closed.before_by->rule == RuleRef{0, 0});
    CHECK(closed.after_by->rule == RuleRef{0, 0});

    CompareOptions options;
    options.question.source = share(*parse_address_set("10.0.2.0/24"));
    CHECK(compare(before, before.paths[0], after, after.paths[0], options).differences.size() == 1);
    options.difference_limit = 0;
    CHECK_FALSE(compare(before, before.paths[0], after, after.paths[0], options).complete);
}
