#include "analysis/inert.hpp"

#include "support/catch.hpp"
#include "support/naive.hpp"
#include "support/random_policy.hpp"

using namespace fwproof;

TEST_CASE("without inert rules, all or some of them, every packet gets its verdict") {
    const auto packets = tiny::every_packet();
    std::size_t left_out = 0;
    for (std::uint32_t seed = 0; seed < 150; ++seed) {
        tiny::Products random(9000 + seed);
        tiny::PolicyOptions options;
        options.loops = seed % 5 == 0;
        Policy policy = tiny::random_policy(random, options);
        // Rules that take everything are rare in random headers.
        for (auto& ruleset : policy.rulesets) {
            for (auto& rule : ruleset.rules) {
                if (random.one_in(5)) rule.match = {};
            }
        }
        const auto inert = inert_rules(policy);
        Policy less = policy;
        for (RulesetIndex index = 0; index < inert.size(); ++index) {
            for (std::size_t at = 0; at < inert[index].size(); ++at) {
                if (!inert[index][at] || (seed % 2 == 0 && random.one_in(3))) continue;
                Rule& rule = less.rulesets[index].rules[at];
                left_out += rule.enabled ? 1 : 0;
                rule.enabled = false;
            }
        }
        INFO("seed " << seed);
        std::size_t wrong = 0;
        for (const auto& packet : packets) {
            const auto verdict = [&](const Policy& of) { return naive::evaluate(of, of.paths[0], packet); };
            wrong += verdict(policy) == verdict(less) ? 0 : 1;
        }
        CHECK(wrong == 0);
    }
    CHECK(left_out > 150);
}

TEST_CASE("inert is what does nothing by its form") {
    const auto rule = [](Action action) {
        Rule made;
        made.action = std::move(action);
        return made;
    };
    const auto for_some = [](Rule made) {
        made.match.any_of[0].header.source = share(*parse_address_set("10.0.0.0/8"));
        return made;
    };
    const Decide deny{Verdict::deny, ""};
    Rule rated = rule(Return{});
    rated.match.conditional = true;
    rated.match.conditions = {{ConditionKind::rate, "5/min", {}}};
    Policy policy;
    policy.rulesets.resize(3);
    policy.rulesets[0].rules = {rule(Jump{1}), rule(Jump{2}), for_some(rule(Return{})), rule(Goto{2}),
                                for_some(rule(deny))};
    policy.rulesets[1].rules = {for_some(rule(Return{})), rule(Continue{}), rule(Return{})};
    policy.rulesets[2].rules = {for_some(rule(Return{})), for_some(rule(deny)), rule(Jump{1}), rated};
    const auto inert = inert_rules(policy);
    CHECK(inert[0] == std::vector<bool>{true, false, false, false, true});
    CHECK(inert[1] == std::vector<bool>{true, true, true});
    CHECK(inert[2] == std::vector<bool>{false, false, true, false});
}
