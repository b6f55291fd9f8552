// The evaluator against the naive one.
#include "fwproof/analysis/evaluate.hpp"

#include "support/catch.hpp"
#include "support/naive.hpp"
#include "support/random_policy.hpp"

using namespace fwproof;

namespace {

// Nothing when the three sets are not a partition.
std::optional<Verdict> verdict_of(const Outcome& outcome, const Packet& packet) {
    const bool permitted = outcome.permitted.contains(packet);
    const bool denied = outcome.denied.contains(packet);
    const bool undecided = outcome.undecided.contains(packet);
    if (permitted + denied + undecided != 1) return std::nullopt;
    return permitted ? Verdict::permit : denied ? Verdict::deny : Verdict::unknown;
}

// The verdict that the hits of one packet add up to.
Verdict verdict_of(const std::vector<Hit>& hits, const Packet& packet) {
    bool permit = true;  // unless something surely denies
    bool deny = false;
    for (const auto& hit : hits) {
        if (!hit.packets.contains(packet)) continue;
        if (hit.verdict == Verdict::permit) continue;
        deny = true;
        if (hit.verdict == Verdict::deny && hit.surely) permit = false;
    }
    return !permit ? Verdict::deny : deny ? Verdict::unknown : Verdict::permit;
}

struct Tally {
    std::size_t packets = 0;
    std::size_t wrong = 0;
    std::size_t unknown = 0;
};

void compare(const Policy& policy, const std::vector<Packet>& packets, const Assumption& assumption, Tally& tally) {
    SpaceBuilder builder;
    add_values(builder, policy);
    const Space space = builder.build();
    const Evaluator evaluator(policy, space);
    const Path& path = policy.paths[0];
    const Outcome outcome = evaluator.evaluate(path, space.all(), assumption);
    Policy plain = policy;  // a rule whose condition fails is as good as absent
    for (auto& ruleset : plain.rulesets) {
        for (auto& rule : ruleset.rules) {
            for (const auto& condition : rule.match.conditions)
                rule.enabled = rule.enabled && !(assumption && assumption(condition) == Belief::fails);
        }
    }
    for (const auto& packet : packets) {
        const Verdict expected = naive::evaluate(
            plain, path, packet, [&](const Condition& c) { return assumption && assumption(c) == Belief::holds; });
        ++tally.packets;
        tally.wrong += verdict_of(outcome, packet) != expected;
        tally.unknown += expected == Verdict::unknown;
    }
}

}  // namespace

TEST_CASE("random policies have the verdicts that the plain meaning gives") {
    const auto packets = tiny::every_packet();
    Tally tally;
    for (std::uint32_t seed = 0; seed < 60; ++seed) {
        tiny::Products random(seed);
        tiny::PolicyOptions options;
        options.loops = seed % 10 == 9;
        const Policy policy = tiny::random_policy(random, options);
        const Assumption program = [](const Condition& condition) {
            return condition.kind == ConditionKind::program ? Belief::holds
                   : condition.kind == ConditionKind::user  ? Belief::fails
                                                            : Belief::open;
        };
        const std::size_t before = tally.wrong;
        compare(policy, packets, seed % 3 == 0 ? program : Assumption{}, tally);
        INFO("seed " << seed);
        CHECK(tally.wrong == before);
    }
    CHECK(tally.unknown * 10 > tally.packets);  // the interesting cases do occur
    CHECK(tally.unknown * 10 < tally.packets * 8);
}

TEST_CASE("hits add up to the verdict, and sure hits of a stage are disjoint") {
    const auto packets = tiny::every_packet();
    for (std::uint32_t seed = 1000; seed < 1030; ++seed) {
        tiny::Products random(seed);
        const Policy policy = tiny::random_policy(random, {});
        SpaceBuilder builder;
        add_values(builder, policy);
        const Space space = builder.build();
        const Evaluator evaluator(policy, space);
        const Path& path = policy.paths[0];
        const auto hits = evaluator.attribute(path, space.all());
        std::size_t wrong = 0;
        for (std::size_t i = 0; i < hits.size(); ++i) {
            CHECK_FALSE(hits[i].packets.empty());
            for (std::size_t k = 0; k < i; ++k) {
                const bool apart = hits[i].stage != hits[k].stage || !hits[i].surely || !hits[k].surely;
                wrong += !apart && hits[i].packets.intersects(hits[k].packets);
            }
        }
        // Only packets that nothing takes apart (marks, translations) have one hit a stage; for the others the hits
        // still must not claim a sure verdict that is wrong.
        for (const auto& packet : packets) {
            const Verdict expected = naive::evaluate(policy, path, packet);
            const Verdict claimed = verdict_of(hits, packet);
            wrong += claimed != expected && claimed != Verdict::unknown && expected != Verdict::unknown;
            wrong += claimed == Verdict::deny && expected != Verdict::deny;
            wrong += claimed == Verdict::permit && expected != Verdict::permit;
        }
        INFO("seed " << seed);
        CHECK(wrong == 0);
    }
}

TEST_CASE("what routing says of an address does not survive its translation") {
    struct Case {
        const char* target;  // "": another port alone; "?": an address that the export does not say
        AddressKind tested;
        bool negated;
        Verdict verdict;
    };
    const std::vector<Case> kCases = {
        {"10.2.2.2", AddressKind::local, false, Verdict::unknown},
        {"10.2.2.2", AddressKind::unicast, false, Verdict::unknown},
        {"10.2.2.2", AddressKind::unicast, true, Verdict::unknown},
        {"10.2.2.2", AddressKind::multicast, false, Verdict::permit},
        {"10.2.2.2", AddressKind::multicast, true, Verdict::deny},
        {"224.0.0.9", AddressKind::multicast, false, Verdict::deny},
        {"224.0.0.9", AddressKind::local, false, Verdict::permit},
        {"127.0.0.1", AddressKind::local, false, Verdict::deny},
        {"127.0.0.1", AddressKind::unicast, false, Verdict::permit},
        {"?", AddressKind::multicast, false, Verdict::unknown},
        {"", AddressKind::local, false, Verdict::deny},
        {"", AddressKind::unicast, false, Verdict::permit},
    };
    Packet packet;
    packet.source = *parse_address("10.0.0.1");
    packet.destination = *parse_address("10.1.1.1");
    packet.destination_port = 80;
    packet.fields[Field::destination_kind] = static_cast<std::uint64_t>(AddressKind::local);
    for (const auto& one : kCases) {
        CAPTURE(one.target, static_cast<int>(one.tested), one.negated);
        Policy policy;
        policy.rulesets.resize(2);
        Rule translation, denial;
        Translate to;
        to.destination.address = parse_address(one.target);
        to.destination.address_unknown = one.target[0] == '?';
        to.destination.port = 8080;
        translation.action = to;
        denial.action = Decide{Verdict::deny, ""};
        const auto kinds = IntervalSet<std::uint64_t>::of(static_cast<std::uint64_t>(one.tested));
        denial.match.any_of[0].header.fields = {{Field::destination_kind, one.negated ? kinds.complement() : kinds}};
        policy.rulesets[0].rules = {translation};
        policy.rulesets[1].rules = {denial};
        for (auto& ruleset : policy.rulesets) ruleset.default_verdict = Verdict::permit;
        policy.paths = {{Position::transit, "", {{0, {}}, {1, {}}}}};
        CHECK(naive::evaluate(policy, policy.paths[0], packet) == one.verdict);
        SpaceBuilder builder;
        add_values(builder, policy);
        const Space space = builder.add(packet).build();
        CHECK(verdict_of(Evaluator(policy, space).evaluate(policy.paths[0], space.from(packet)), packet) ==
              one.verdict);
    }
}

TEST_CASE("every list of up to three rules over a few matches") {
    std::vector<Match> matches(4);
    matches[1].header.source = share(*parse_address_set("10.0.0.0-10.0.0.1"));
    matches[2].header.services = service(kTcp, PortSet::of(1));
    matches[3].header.source = share(*parse_address_set("10.0.0.1-10.0.0.2"));
    matches[3].header.services = service(kTcp, PortSet::range(1, 2));
    std::vector<Rule> choices;
    for (const auto& match : matches) {
        for (const auto verdict : {Verdict::permit, Verdict::deny}) {
            for (const bool conditional : {false, true}) {
                if (conditional && verdict == Verdict::deny) continue;
                Rule rule;
                rule.match.any_of = {match};
                rule.match.conditional = conditional;
                if (conditional) rule.match.conditions = {{ConditionKind::program, "x", {}}};
                rule.action = Decide{verdict, ""};
                choices.push_back(rule);
            }
        }
    }
    std::vector<Packet> packets;
    for (const auto& packet : tiny::every_packet()) {
        if (packet.in.empty() && packet.state == State::new_ && packet.destination == packet.source &&
            packet.protocol != kUdp) {
            packets.push_back(packet);
        }
    }
    Tally tally;
    const auto n = static_cast<std::uint32_t>(choices.size());
    for (std::uint32_t code = 0; code < n * n * n; ++code) {
        Policy policy;
        policy.rulesets.push_back({});
        policy.rulesets[0].default_verdict = Verdict::deny;
        policy.rulesets[0].rules = {choices[code % n], choices[code / n % n], choices[code / n / n]};
        policy.paths.push_back({Position::inbound, "", {{0, {}}}});
        compare(policy, packets, {}, tally);
    }
    CHECK(tally.wrong == 0);
    CHECK(tally.packets == std::size_t{n} * n * n * packets.size());
}

TEST_CASE("chains that jump into each other many times stay small") {
    // Each of 40 chains jumps twice into the next, for different sources: 2^40 ways.
    Policy policy;
    constexpr RulesetIndex kChains = 40;
    for (RulesetIndex i = 0; i < kChains; ++i) {
        Ruleset chain;
        for (const bool even : {true, false}) {
            Rule rule;
            const std::uint32_t bit = 1U << (31 - i % 8);  // one of the high bits: few intervals
            const auto set = AddressSet::masked(even ? 0 : bit, bit);
            REQUIRE(set);
            rule.match.any_of[0].header.source = share(*set);
            rule.action = i + 1 < kChains ? Action{Jump{i + 1}} : Action{Return{}};
            chain.rules.push_back(rule);
        }
        if (i == 0) chain.default_verdict = Verdict::deny;
        policy.rulesets.push_back(chain);
    }
    policy.paths.push_back({Position::inbound, "", {{0, {}}}});
    SpaceBuilder builder;
    add_values(builder, policy);
    const Space space = builder.build();
    const Evaluator evaluator(policy, space);
    CHECK(evaluator.evaluate(policy.paths[0], space.all()).denied == space.all());
    CHECK(evaluator.attribute(policy.paths[0], space.all()).size() == 1);
}

TEST_CASE("out of budget is undecided, not a verdict") {
    Policy policy;
    policy.rulesets.push_back({});
    policy.rulesets[0].default_verdict = Verdict::deny;
    for (std::uint32_t i = 0; i < 64; ++i) {
        Rule rule;
        rule.match.any_of[0].header.source = share(AddressSet::of(Address{Family::v4, 0x0a000000U + i * 2}));
        rule.match.any_of[0].header.destination = share(AddressSet::of(Address{Family::v4, 0x0a010000U + i * 2}));
        rule.action = Decide{Verdict::permit, ""};
        policy.rulesets[0].rules.push_back(rule);
    }
    policy.paths.push_back({Position::inbound, "", {{0, {}}}});
    SpaceBuilder builder;
    add_values(builder, policy);
    Space space = builder.build();
    space.set_budget({space.node_count() + 200, 1'000'000});
    const Evaluator evaluator(policy, space);
    const Outcome outcome = evaluator.evaluate(policy.paths[0], space.all());
    CHECK(outcome.out_of_budget);
    CHECK(outcome.undecided == space.all());
    CHECK(outcome.permitted.empty());
}
