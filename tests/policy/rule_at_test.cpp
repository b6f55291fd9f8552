#include "fwproof/policy/rule_at.hpp"

#include "support/catch.hpp"

using namespace fwproof;

TEST_CASE("a reference names a rule, a default, or nothing") {
    const Source source("edge.v4", ":INPUT DROP\n-A INPUT -j ACCEPT\n");
    Policy policy;
    Ruleset& list = policy.rulesets.emplace_back();
    list.default_span = {&source, 0, 11};
    list.rules.emplace_back().span = {&source, 12, 18};
    CHECK(rule_at(policy, {0, 0}) == list.rules.data());
    CHECK(rule_span(policy, {0, 0}).text() == "-A INPUT -j ACCEPT");
    CHECK(rule_at(policy, {0, 1}) == nullptr);
    CHECK(rule_span(policy, {0, 1}).text() == ":INPUT DROP");
    CHECK(rule_at(policy, {1, 0}) == nullptr);
    CHECK_FALSE(rule_span(policy, {1, 0}));
}
