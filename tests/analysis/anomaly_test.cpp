// What is said of rules, checked packet by packet with the naive evaluator.
#include "fwproof/analysis/anomaly.hpp"

#include "support/catch.hpp"
#include "support/naive.hpp"
#include "support/random_policy.hpp"

using namespace fwproof;

namespace {

Rule rule(const char* source, Verdict verdict) {
    Rule made;
    made.match.any_of[0].header.source = share(*parse_address_set(source));
    made.action = Decide{verdict, ""};
    return made;
}

Policy list(std::vector<Rule> rules) {
    Policy policy;
    policy.rulesets.push_back({});
    policy.rulesets[0].default_verdict = Verdict::deny;
    policy.rulesets[0].rules = std::move(rules);
    policy.paths.push_back({Position::transit, "", {{0, {}}}});
    return policy;
}

std::vector<Anomaly> judge(const Policy& policy) {
    SpaceBuilder builder;
    add_values(builder, policy);
    const Space space = builder.build();
    return find_anomalies(policy, 0, space.all());
}

std::vector<std::uint32_t> blamed(const Anomaly& anomaly) {
    std::vector<std::uint32_t> rules;
    for (const auto& blame : anomaly.blamed) rules.push_back(blame.rule.rule);
    return rules;
}

bool matches(const Rule& rule, const Packet& packet) {
    return std::any_of(rule.match.any_of.begin(), rule.match.any_of.end(),
                       [&](const Match& match) { return contains(match.header, packet); });
}

Verdict verdict(const Rule& rule) { return std::get<Decide>(rule.action).verdict; }

}  // namespace

TEST_CASE("dead rules are blamed on a smallest set of earlier rules") {
    const auto anomalies = judge(list({
        rule("10.0.0.0/25", Verdict::deny),
        rule("10.0.0.64/26", Verdict::permit),  // taken by the first alone
        rule("10.0.0.128/25", Verdict::permit),
        rule("10.0.0.192/26", Verdict::permit),  // the same verdict
        rule("10.0.0.0/24", Verdict::permit),    // taken by two together
        rule("10.0.0.0/23", Verdict::permit),    // half of it is left
        rule("10.0.2.0/24", Verdict::deny),      // what would follow anyway
        rule("192.0.2.0/24", Verdict::permit),
    }));
    REQUIRE(anomalies.size() == 8);
    CHECK(anomalies[0].standing == Standing::effective);
    CHECK(anomalies[1].standing == Standing::shadowed);
    CHECK(blamed(anomalies[1]) == std::vector<std::uint32_t>{0});
    CHECK(to_string(anomalies[1].blamed[0].witness) == "tcp 10.0.0.64:49152 > 1.0.0.1:443");
    CHECK_FALSE(anomalies[1].witness);
    CHECK(anomalies[3].standing == Standing::unreachable);
    CHECK(blamed(anomalies[3]) == std::vector<std::uint32_t>{2});
    CHECK(anomalies[4].standing == Standing::shadowed);
    CHECK(blamed(anomalies[4]) == std::vector<std::uint32_t>{0, 2});
    CHECK(anomalies[5].standing == Standing::partly_shadowed);
    CHECK(anomalies[5].share_lost == 0.25);
    CHECK(anomalies[5].generalizes == 1);
    CHECK(anomalies[5].correlated == 0);
    CHECK(anomalies[6].standing == Standing::redundant);
    CHECK(blamed(anomalies[6]) == std::vector<std::uint32_t>{8});
    CHECK(anomalies[7].standing == Standing::effective);
    CHECK(to_string(*anomalies[7].witness) == "tcp 192.0.2.1:49152 > 1.0.0.1:443");
}

TEST_CASE("a rule that only may match takes nothing") {
    Rule maybe = rule("10.0.0.0/24", Verdict::deny);
    maybe.match.conditional = true;
    maybe.match.conditions = {{ConditionKind::program, "x", {}}};
    const auto anomalies =
        judge(list({maybe, rule("10.0.0.0/24", Verdict::permit), rule("10.0.0.0/24", Verdict::deny)}));
    CHECK(anomalies[1].standing == Standing::effective);
    CHECK(anomalies[2].standing == Standing::shadowed);
    CHECK(blamed(anomalies[2]) == std::vector<std::uint32_t>{1});
}

TEST_CASE("the steps for all rules together are used up from the top down") {
    std::vector<Rule> rules;
    for (int i = 0; i < 200; ++i) {
        rules.push_back(
            rule(i % 2 == 0 ? "10.0.0.0/25" : "10.0.0.128/25", i % 3 == 0 ? Verdict::deny : Verdict::permit));
    }
    const Policy policy = list(std::move(rules));
    SpaceBuilder builder;
    add_values(builder, policy);
    const Space space = builder.build();
    const auto all = find_anomalies(policy, 0, space.all());
    CHECK(std::none_of(all.begin(), all.end(), [](const Anomaly& a) { return a.standing == Standing::undecided; }));

    AnomalyOptions options;
    options.steps = 300;
    const auto some = find_anomalies(policy, 0, space.all(), options);
    std::size_t judged = 0;
    while (judged < some.size() && some[judged].standing != Standing::undecided) ++judged;
    CHECK(judged > 2);
    CHECK(judged < some.size());
    for (std::size_t i = 0; i < judged; ++i) CHECK(some[i].standing == all[i].standing);
    for (std::size_t i = judged; i < some.size(); ++i) CHECK(some[i].standing == Standing::undecided);
}

TEST_CASE("every claim about a random list holds packet by packet") {
    const auto packets = tiny::every_packet();
    std::size_t dead = 0;
    std::size_t redundant = 0;
    for (std::uint32_t seed = 0; seed < 60; ++seed) {
        tiny::Products random(seed);
        tiny::PolicyOptions options;
        options.plain = true;
        options.rulesets = 1;
        options.rules = 9;
        const Policy policy = tiny::random_policy(random, options);
        const auto& rules = policy.rulesets[0].rules;
        for (const auto& anomaly : judge(policy)) {
            const std::uint32_t i = anomaly.rule.rule;
            INFO("seed " << seed << " rule " << i);
            const auto taker = [&](const Packet& packet, std::uint32_t before) {
                for (std::uint32_t k = 0; k < before; ++k) {
                    if (matches(rules[k], packet)) return k;
                }
                return before;
            };
            const bool is_dead = anomaly.standing == Standing::shadowed || anomaly.standing == Standing::unreachable ||
                                 anomaly.standing == Standing::matches_nothing;
            if (anomaly.witness) {
                CHECK(matches(rules[i], *anomaly.witness));
                CHECK(taker(*anomaly.witness, i) == i);
                CHECK_FALSE(is_dead);
            } else {
                CHECK(is_dead);
            }
            Policy without = policy;
            without.rulesets[0].rules.erase(without.rulesets[0].rules.begin() + i);
            std::size_t reached = 0;
            std::size_t uncovered = 0;
            std::size_t otherwise = 0;
            std::size_t changed = 0;
            for (const auto& packet : packets) {
                if (!matches(rules[i], packet)) continue;
                const std::uint32_t by = taker(packet, i);
                reached += by == i;
                otherwise += by != i && verdict(rules[by]) != verdict(rules[i]);
                uncovered += std::none_of(anomaly.blamed.begin(), anomaly.blamed.end(), [&](const Blame& blame) {
                    return blame.rule.rule < i && matches(rules[blame.rule.rule], packet);
                });
                changed += naive::evaluate(policy, policy.paths[0], packet) !=
                           naive::evaluate(without, policy.paths[0], packet);
            }
            for (const auto& blame : anomaly.blamed) {
                CHECK(matches(rules[i], blame.witness));
                if (blame.rule.rule < rules.size()) CHECK(matches(rules[blame.rule.rule], blame.witness));
                for (const auto& other : anomaly.blamed) {
                    if (!is_dead || other.rule == blame.rule) continue;
                    CHECK_FALSE(matches(rules[other.rule.rule], blame.witness));  // so none can be left out
                }
            }
            if (is_dead) CHECK(reached == 0);
            if (is_dead) CHECK(uncovered == 0);
            if (anomaly.standing == Standing::unreachable) CHECK(otherwise == 0);
            if (anomaly.standing == Standing::redundant) CHECK(changed == 0);
            if (anomaly.standing == Standing::effective) CHECK(otherwise == 0);
            if (otherwise > 0 && !is_dead && anomaly.standing != Standing::redundant) CHECK(anomaly.share_lost > 0);
            dead += is_dead;
            redundant += anomaly.standing == Standing::redundant;
        }
    }
    CHECK(dead > 10);
    CHECK(redundant > 10);
}

TEST_CASE("without a rule that is dead or redundant random chains decide the same") {
    const auto packets = tiny::every_packet();
    std::size_t dead = 0;
    std::size_t behind_jumps = 0;
    std::size_t conditional = 0;
    std::size_t redundant = 0;
    for (std::uint32_t seed = 0; seed < 240; ++seed) {
        tiny::Products random(seed);
        tiny::PolicyOptions options;
        options.rules = 8;
        Policy policy = tiny::random_policy(random, options);
        policy.ordered = seed % 2 == 0;  // equal conditions of vendors without order are equal by their words alone
        policy.paths[0].stages = {Stage{0, {}}};
        SpaceBuilder builder;
        add_values(builder, policy);
        const Space space = builder.build();
        AnomalyFinder finder(policy, space);
        for (RulesetIndex index = 0; index < policy.rulesets.size(); ++index) {
            for (const auto& anomaly : finder.find(index, space.all())) {
                const bool is_dead = anomaly.standing == Standing::shadowed ||
                                     anomaly.standing == Standing::unreachable ||
                                     anomaly.standing == Standing::matches_nothing;
                if (!is_dead && anomaly.standing != Standing::redundant) continue;
                Policy without = policy;
                Rule& rule = without.rulesets[index].rules[anomaly.rule.rule];
                rule.enabled = false;
                dead += is_dead;
                redundant += !is_dead;
                conditional += is_dead && rule.match.conditional;
                for (const auto& blame : anomaly.blamed) {
                    if (blame.rule.rule >= policy.rulesets[index].rules.size()) continue;
                    const Action& action = policy.rulesets[index].rules[blame.rule.rule].action;
                    behind_jumps += is_dead && std::holds_alternative<Jump>(action);
                }
                std::size_t different = 0;
                for (const bool program : {false, true}) {
                    for (const bool user : {false, true}) {
                        const auto holds = [&](const Condition& condition) {
                            return condition.kind == ConditionKind::program ? program : user;
                        };
                        for (std::size_t i = seed % 5; i < packets.size(); i += 5) {
                            different += naive::evaluate(policy, policy.paths[0], packets[i], holds) !=
                                         naive::evaluate(without, policy.paths[0], packets[i], holds);
                        }
                    }
                }
                INFO("seed " << seed << " ruleset " << index << " rule " << anomaly.rule.rule << " "
                             << to_string(anomaly.standing));
                CHECK(different == 0);
            }
        }
    }
    CHECK(dead > 100);
    CHECK(behind_jumps > 2);
    CHECK(conditional > 5);
    CHECK(redundant > 20);
}
