// The naive evaluator on policies small enough to know the answer by reading.
#include <utility>

#include "support/naive.hpp"

#include "support/catch.hpp"

using namespace fwproof;

namespace {

RuleMatch from(const char* source) {
    RuleMatch match;
    match.any_of[0].header.source = share(*parse_address_set(source));
    return match;
}

RuleMatch to(const char* destination) {
    RuleMatch match;
    match.any_of[0].header.destination = share(*parse_address_set(destination));
    return match;
}

RuleMatch conditional(RuleMatch match) {
    match.conditional = true;
    match.conditions.push_back({ConditionKind::program, "C:\\a.exe", {}});
    return match;
}

Rule rule(RuleMatch match, Action action) {
    Rule made;
    made.match = std::move(match);
    made.action = std::move(action);
    return made;
}

const Decide kPermit{Verdict::permit, ""};
const Decide kDeny{Verdict::deny, ""};

struct Fixture {
    Policy policy;

    Ruleset& add(std::optional<Verdict> fallback, std::vector<Rule> rules) {
        policy.rulesets.push_back({});
        policy.rulesets.back().default_verdict = fallback;
        policy.rulesets.back().rules = std::move(rules);
        return policy.rulesets.back();
    }
    Verdict ask(const char* source, const char* destination = "192.0.2.1",
                const std::vector<RulesetIndex>& stages = {0}, const naive::Assumption& assumption = {}) const {
        Packet packet;
        packet.source = *parse_address(source);
        packet.destination = *parse_address(destination);
        packet.destination_port = 443;
        Path path{Position::transit, "", {}};
        for (const auto stage : stages) path.stages.push_back({stage, {}});
        return naive::evaluate(policy, path, packet, assumption);
    }
};

}  // namespace

TEST_CASE("the first rule that matches decides, else the default") {
    Fixture f;
    f.add(Verdict::deny, {rule(from("10.0.0.1"), kDeny), rule(from("10.0.0.0/30"), kPermit)});
    CHECK(f.ask("10.0.0.1") == Verdict::deny);
    CHECK(f.ask("10.0.0.2") == Verdict::permit);
    CHECK(f.ask("10.0.0.4") == Verdict::deny);
    f.policy.rulesets[0].rules[0].enabled = false;
    CHECK(f.ask("10.0.0.1") == Verdict::permit);
}

TEST_CASE("jump comes back, goto returns for its caller") {
    Fixture f;
    f.add(Verdict::deny, {rule({}, Jump{1}), rule(from("10.0.0.2"), kPermit)});
    f.add({},
          {rule(from("10.0.0.1"), kPermit), rule(from("10.0.0.2"), Return{}), rule({}, Goto{2}), rule({}, kPermit)});
    f.add({}, {rule(from("10.0.0.3"), kPermit)});
    CHECK(f.ask("10.0.0.1") == Verdict::permit);
    CHECK(f.ask("10.0.0.2") == Verdict::permit);
    CHECK(f.ask("10.0.0.3") == Verdict::permit);
    CHECK(f.ask("10.0.0.4") == Verdict::deny);
}

TEST_CASE("a condition makes both ways possible, unless it is assumed or makes no difference") {
    Fixture f;
    f.add(Verdict::deny, {rule(conditional(from("10.0.0.0/30")), kPermit), rule(from("10.0.0.1"), kPermit)});
    CHECK(f.ask("10.0.0.1") == Verdict::permit);
    CHECK(f.ask("10.0.0.2") == Verdict::unknown);
    CHECK(f.ask("10.0.0.4") == Verdict::deny);
    const auto assume = [](const Condition& condition) { return condition.kind == ConditionKind::program; };
    CHECK(f.ask("10.0.0.2", "192.0.2.1", {0}, assume) == Verdict::permit);
}

TEST_CASE("what is only possibly matched is unknown") {
    Fixture f;
    RuleMatch match = from("10.0.0.1");
    match.outer = from("10.0.0.0/30").any_of;
    match.conditions.push_back({ConditionKind::fqdn, "a.example", {}});
    f.add(Verdict::deny, {rule(match, kPermit)});
    CHECK(f.ask("10.0.0.1") == Verdict::permit);
    CHECK(f.ask("10.0.0.2") == Verdict::unknown);
    CHECK(f.ask("10.0.0.4") == Verdict::deny);
}

TEST_CASE("every stage has to permit, and a guard lets others pass") {
    Fixture f;
    f.add(Verdict::deny, {rule(from("10.0.0.0/30"), kPermit)});
    f.add(Verdict::deny, {rule(from("10.0.0.1"), kPermit), rule(from("10.0.0.2"), Decide{Verdict::unknown, ""})});
    CHECK(f.ask("10.0.0.1", "192.0.2.1", {0, 1}) == Verdict::permit);
    CHECK(f.ask("10.0.0.2", "192.0.2.1", {0, 1}) == Verdict::unknown);
    CHECK(f.ask("10.0.0.2", "192.0.2.1", {1, 0}) == Verdict::unknown);
    CHECK(f.ask("10.0.0.3", "192.0.2.1", {0, 1}) == Verdict::deny);
    Packet packet;
    packet.source = *parse_address("10.0.0.3");
    packet.destination = *parse_address("192.0.2.1");
    Product guard;
    guard.source = share(*parse_address_set("10.0.0.1"));
    CHECK(naive::evaluate(f.policy, {Position::transit, "", {{0, {}}, {1, guard}}}, packet) == Verdict::permit);
}

TEST_CASE("marks are written and read") {
    Fixture f;
    RuleMatch marked;
    marked.any_of[0].registers = {{Register::packet_mark, 5}};
    f.add(Verdict::deny, {rule(from("10.0.0.1"), SetRegister{Register::packet_mark, 0, 5, {}}), rule(marked, kPermit)});
    CHECK(f.ask("10.0.0.1") == Verdict::permit);
    CHECK(f.ask("10.0.0.2") == Verdict::deny);
}

TEST_CASE("later stages see the translated header") {
    Fixture f;
    Translate translate;
    translate.destination.address = parse_address("10.9.9.9");
    RuleMatch original = to("10.9.9.9");
    Product before;
    before.destination = share(*parse_address_set("192.0.2.1"));
    original.any_of[0].original_header = std::make_shared<const Product>(before);
    original.any_of[0].destination_translated = true;
    f.add({}, {rule(to("192.0.2.0/30"), translate)});
    f.add(Verdict::deny, {rule(original, kPermit)});
    CHECK(f.ask("10.0.0.1", "192.0.2.1", {0, 1}) == Verdict::permit);
    CHECK(f.ask("10.0.0.1", "192.0.2.2", {0, 1}) == Verdict::deny);
    CHECK(f.ask("10.0.0.1", "10.9.9.9", {0, 1}) == Verdict::deny);

    translate.destination = {};
    translate.destination.address_unknown = true;
    f.policy.rulesets[0].rules[0].action = translate;
    f.policy.rulesets[1].rules = {rule(to("10.9.9.9"), kPermit)};
    CHECK(f.ask("10.0.0.1", "192.0.2.2", {0, 1}) == Verdict::unknown);
    f.policy.rulesets[1].rules = {rule(to("any4"), kPermit)};
    CHECK(f.ask("10.0.0.1", "192.0.2.2", {0, 1}) == Verdict::permit);
    translate.to_this_device = true;
    f.policy.rulesets[0].rules[0].action = translate;
    CHECK(f.ask("10.0.0.1", "192.0.2.2", {0, 1}) == Verdict::unknown);
}

TEST_CASE("a loop is unknown where it is entered") {
    Fixture f;
    f.add(Verdict::deny, {rule(from("10.0.0.1"), kPermit), rule(from("10.0.0.2"), Jump{1})});
    f.add({}, {rule({}, Jump{2})});
    f.add({}, {rule({}, Goto{1})});
    CHECK(f.ask("10.0.0.1") == Verdict::permit);
    CHECK(f.ask("10.0.0.2") == Verdict::unknown);
    CHECK(f.ask("10.0.0.3") == Verdict::deny);
}
