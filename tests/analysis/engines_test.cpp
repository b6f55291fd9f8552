// The engines on lists of the size of real ones: against the naive evaluator, packet by packet at the corners of rules,
// and against each other. FWPROOF_LONG_TESTS=1 takes lists of up to 5,000 rules and 100,000 packets each.
#include <cstdlib>
#include <random>

#include "bench/generate.hpp"
#include "fwproof/analysis/anomaly.hpp"
#include "fwproof/analysis/compare.hpp"
#include "fwproof/packet/decisions.hpp"
#include "support/catch.hpp"
#include "support/naive.hpp"

using namespace fwproof;

namespace {

bool long_tests() {
    const char* set = std::getenv("FWPROOF_LONG_TESTS");
    return set && *set != '\0' && std::string(set) != "0";
}

// Headers whose values lie where the values of rules begin and end, or just beside.
class Corners {
public:
    Corners(const Policy& policy, std::uint32_t seed) : rules_(policy.rulesets[0].rules), random_(seed) {}

    Packet next() {
        Packet packet;
        const Product& near = any_rule();
        packet.source = address(one_in(4) ? any_rule().source : near.source, {});
        packet.destination = address(one_in(4) ? any_rule().destination : near.destination, packet.source.family);
        if (packet.destination.family != packet.source.family) {
            packet.source = address(near.source, packet.destination.family);
        }
        if (packet.destination.family != packet.source.family) packet.source.family = packet.destination.family;
        const Product& service = one_in(4) ? any_rule() : near;
        const ServiceTerm everything;
        const ServiceTerm& term = service.services ? service.services->terms[0] : everything;
        packet.protocol = corner(term.protocols);
        if (has_ports(packet.protocol)) {
            packet.source_port = corner(term.source_ports);
            packet.destination_port = corner(term.destination_ports);
        }
        if (packet.protocol == kTcp) packet.tcp_flags = kSyn;
        return packet;
    }

private:
    bool one_in(std::uint32_t n) { return random_() % n == 0; }
    const Product& any_rule() { return rules_[random_() % rules_.size()].match.any_of[0].header; }

    template <class T>
    T corner(const IntervalSet<T>& values) {
        if (values.empty()) return 0;
        const auto& interval = values.intervals()[random_() % values.intervals().size()];
        const T value = one_in(2) ? interval.first : interval.last;
        switch (random_() % 4) {
            case 0: return static_cast<T>(value + 1);
            case 1: return static_cast<T>(value - 1);
            default: return value;
        }
    }
    Address address(const AddressSetRef& set, std::optional<Family> wanted) {
        const AddressSet everything = AddressSet::any();
        const AddressSet& from = set ? *set : everything;
        const bool v6 = wanted ? *wanted == Family::v6 : from.v4.empty() || (!from.v6.empty() && one_in(2));
        if (v6) return {Family::v6, corner(from.v6)};
        return {Family::v4, corner(from.v4)};
    }

    const std::vector<Rule>& rules_;
    std::mt19937 random_;
};

Space space_of(const Policy& policy) {
    SpaceBuilder builder;
    add_values(builder, policy);
    return builder.build();
}

PacketSet match_of(const Space& space, const Rule& rule) { return space.from(rule.match.any_of[0].header); }

Verdict verdict_of(const Rule& rule) { return std::get<Decide>(rule.action).verdict; }

}  // namespace

TEST_CASE("long lists have the naive verdict at the corners of their rules") {
    const std::vector<std::size_t> sizes =
        long_tests() ? std::vector<std::size_t>{10, 100, 1000, 5000} : std::vector<std::size_t>{10, 100, 300};
    const std::size_t samples = long_tests() ? 100'000 : 500;
    for (const char* family : {"acl", "fw", "ipc", "ent"}) {
        for (const bool v6 : {false, true}) {
            for (const std::size_t size : sizes) {
                const Policy policy = bench::generate({family, size, v6, static_cast<std::uint32_t>(size + v6)});
                const Space space = space_of(policy);
                const Evaluator evaluator(policy, space);
                const Outcome outcome = evaluator.evaluate(policy.paths[0], space.all());
                CHECK(outcome.undecided.empty());
                CHECK((outcome.permitted | outcome.denied) == space.all());
                CHECK_FALSE(outcome.permitted.intersects(outcome.denied));
                Corners corners(policy, 7);
                std::size_t wrong = 0;
                std::size_t permitted = 0;
                for (std::size_t i = 0; i < samples; ++i) {
                    const Packet packet = corners.next();
                    const bool expected = naive::evaluate(policy, policy.paths[0], packet) == Verdict::permit;
                    wrong += outcome.permitted.contains(packet) != expected;
                    wrong += outcome.denied.contains(packet) == expected;
                    permitted += expected;
                }
                INFO(family << " " << size << (v6 ? " v6" : " v4"));
                CHECK(wrong == 0);
                CHECK(permitted > 0);
                CHECK(permitted < samples);
            }
        }
    }
}

TEST_CASE("a list at once, two by two, and in a focus make the same decisions") {
    for (const char* family : {"acl", "fw", "ipc", "ent"}) {
        const Policy policy = bench::generate({family, 200, false, 3});
        const auto& rules = policy.rulesets[0].rules;
        const Space space = space_of(policy);
        const auto end = [](const Rule& rule) -> unsigned {
            return verdict_of(rule) == Verdict::permit ? Decisions::permit : Decisions::deny;
        };
        std::vector<Decisions::Listed> list;
        Decisions one_by_one = Decisions::all_pass(space);
        for (std::size_t i = 0; i < rules.size(); ++i) {
            const bool sure = i % 7 != 0;
            const PacketSet match = match_of(space, rules[i]);
            list.push_back({&rules[i].match.any_of[0].header, sure ? end(rules[i]) : end(rules[i]) | Decisions::pass});
            one_by_one = one_by_one.then(Decisions::of(sure ? match : space.empty(), match, end(rules[i])));
        }
        const Decisions at_once = Decisions::of_list(list, space.all());
        const PacketSet focus = match_of(space, rules[50]) | match_of(space, rules[150]);
        const Decisions focused = Decisions::of_list(list, focus);
        for (const unsigned ends : {Decisions::permit, Decisions::deny, Decisions::pass}) {
            CHECK(at_once.may(ends) == one_by_one.may(ends));
            CHECK(focused.may(ends, focus) == (one_by_one.may(ends) & focus));
        }
        CHECK(focused.may(Decisions::pass, space.all() - focus) == space.all() - focus);
    }
}

TEST_CASE("the local engine says of every rule what diagrams say") {
    const std::size_t size = long_tests() ? 1000 : 150;
    for (const char* family : {"acl", "fw", "ipc", "ent", "obj"}) {
        const bool objects = std::string(family) == "obj";
        if (objects && !long_tests()) continue;
        const Policy policy = bench::generate({family, size, false, 5});
        const auto& rules = policy.rulesets[0].rules;
        const Space space = space_of(policy);
        const auto anomalies = find_anomalies(policy, 0, space.all());
        PacketSet earlier = space.empty();
        PacketSet by_end[2] = {space.empty(), space.empty()};  // what earlier rules decide: permit, deny
        std::size_t dead = 0;
        std::size_t partly = 0;
        for (std::size_t i = 0; i < rules.size(); ++i) {
            const Anomaly& said = anomalies[i];
            INFO(family << " rule " << i << " " << to_string(said.standing));
            const PacketSet match = match_of(space, rules[i]);
            const PacketSet reach = match - earlier;
            const bool permits = verdict_of(rules[i]) == Verdict::permit;
            const PacketSet otherwise = match & by_end[permits ? 1 : 0];
            const bool is_dead = said.standing == Standing::shadowed || said.standing == Standing::unreachable;
            CHECK(is_dead == reach.empty());
            CHECK((said.standing == Standing::shadowed) == (reach.empty() && !otherwise.empty()));
            if (!is_dead) CHECK(reach.contains(said.witness.value()));
            if (said.standing == Standing::partly_shadowed) CHECK_FALSE(otherwise.empty());
            if (said.standing == Standing::effective) CHECK(otherwise.empty());
            if (!is_dead && said.standing != Standing::redundant && said.blamed_complete) {
                CHECK(said.share_lost == Approx(static_cast<double>(otherwise.size() / match.size())));
            }
            if (is_dead) {
                PacketSet blamed = space.empty();
                for (const auto& blame : said.blamed) blamed = blamed | match_of(space, rules[blame.rule.rule]);
                if (said.blamed_complete) CHECK(match.subset_of(blamed));
            }
            dead += is_dead;
            partly += said.standing == Standing::partly_shadowed;
            by_end[permits ? 0 : 1] = by_end[permits ? 0 : 1] | reach;
            earlier = earlier | match;
        }
        if (std::string(family) == "fw") CHECK(dead + partly > rules.size() / 8);
    }
}

TEST_CASE("rules are redundant exactly when the verdicts are the same without them") {
    for (const char* family : {"acl", "fw", "ipc", "ent"}) {
        const Policy policy = bench::generate({family, 40, false, 9});
        const Space space = space_of(policy);
        const PacketSet permitted = Evaluator(policy, space).evaluate(policy.paths[0], space.all()).permitted;
        for (const auto& said : find_anomalies(policy, 0, space.all())) {
            Policy without = policy;
            auto& rules = without.rulesets[0].rules;
            rules.erase(rules.begin() + said.rule.rule);
            const bool same = Evaluator(without, space).evaluate(policy.paths[0], space.all()).permitted == permitted;
            const bool needed = said.standing == Standing::effective || said.standing == Standing::partly_shadowed;
            INFO(family << " rule " << said.rule.rule << " " << to_string(said.standing));
            CHECK(needed != same);
        }
    }
}

TEST_CASE("the differences near the edits are those of the whole permit sets") {
    const std::size_t size = long_tests() ? 3000 : 150;
    for (const char* family : {"acl", "fw", "ipc", "ent"}) {
        for (const std::size_t edits : {1U, 10U, 100U}) {
            const Policy before = bench::generate({family, size, edits == 10, 11});
            const Policy after = bench::edit(before, edits, 12);
            CompareOptions options;
            for (const Policy* policy : {&before, &after}) {
                for (const auto& rule : policy->rulesets[0].rules)
                    options.values.push_back(rule.match.any_of[0].header);
            }
            const Comparison comparison = compare(before, before.paths[0], after, after.paths[0], options);
            INFO(family << " " << edits << " edits");
            REQUIRE(comparison.complete);
            const Space& space = comparison.space;
            const PacketSet was = Evaluator(before, space).evaluate(before.paths[0], space.all()).permitted;
            const PacketSet is = Evaluator(after, space).evaluate(after.paths[0], space.all()).permitted;
            PacketSet opened = space.empty();
            PacketSet closed = space.empty();
            for (const auto& difference : comparison.differences) {
                PacketSet& all = difference.direction == Direction::newly_permitted ? opened : closed;
                CHECK_FALSE(all.intersects(difference.packets));
                all = all | difference.packets;
            }
            CHECK(opened == is - was);
            CHECK(closed == was - is);
        }
    }
}

TEST_CASE("every rule's part of the answer is what no earlier rule takes") {
    for (const char* family : {"acl", "fw", "ipc", "ent"}) {
        const Policy policy = bench::generate({family, 120, false, 13});
        const auto& rules = policy.rulesets[0].rules;
        const Space space = space_of(policy);
        const auto hits = Evaluator(policy, space).attribute(policy.paths[0], space.all());
        PacketSet earlier = space.empty();
        std::size_t next = 0;
        for (std::uint32_t i = 0; i <= rules.size(); ++i) {
            const PacketSet match = i < rules.size() ? match_of(space, rules[i]) : space.all();
            const PacketSet reach = match - earlier;
            earlier = earlier | match;
            if (reach.empty()) continue;
            REQUIRE(next < hits.size());
            INFO(family << " rule " << i);
            CHECK(hits[next].rule == RuleRef{0, i});
            CHECK(hits[next].packets == reach);
            ++next;
        }
        CHECK(next == hits.size());
        CHECK(earlier == space.all());
    }
}
