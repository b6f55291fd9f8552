// Seeded random rulesets: the kernel and fwproof say the same of every packet.
#include <iostream>

#include "kernel/judge.hpp"
#include "kernel/machine.hpp"
#include "kernel/probes.hpp"
#include "kernel/random_rules.hpp"
#include "support/catch.hpp"
#include "vendor/iptables/kernel.hpp"

using namespace fwproof;
using namespace fwproof::kernel;

namespace {

constexpr std::size_t kProbes = 60;   // a ruleset
constexpr std::uint32_t kGroup = 40;  // rulesets that share their sets

void judge_random(Family family, std::uint32_t seed, std::size_t rulesets) {
    const std::vector<std::string> interfaces = {"eth0", "eth1", "eth10", "ppp0", "wlan0"};
    for (const auto& name : interfaces) network().add_interface(name);
    Random random(seed);
    std::string sets;
    Tally tally;
    for (std::size_t n = 0; n < rulesets; ++n) {
        network().clear(backend(), family);
        if (n % kGroup == 0) network().set_ipsets(sets = random_sets(random));
        const RandomRules rules = random_rules(random, family, interfaces);
        LoadOptions options;
        options.ipset = std::make_shared<Source>("sets", sets);
        const Policy policy = iptables::load_text(rules.text, options);

        Pools pools = common_pools(interfaces);
        add_borders(pools, policy);
        ProbeMaker maker(policy, pools, seed + static_cast<std::uint32_t>(n));
        std::vector<Probe> probes;
        while (probes.size() < kProbes) {
            probes.push_back(maker.next(family, rules.position));
            network().complete(probes.back());
        }
        const auto empty = network().send(probes);
        const Ran loaded = network().restore(backend(), family, rules.text);
        INFO(rules.text);
        REQUIRE(loaded.message == "");
        REQUIRE(loaded.status == 0);
        network().set_connections(probes);
        tally.add(compare(network(), policy, rules.text, probes, empty));
    }
    network().clear(backend(), family);
    std::cout << "random " << family_name(family) << ": " << tally.summary() << "\n";
    for (const auto& report : tally.reports) UNSCOPED_INFO(report << "\n");
    CHECK(tally.wrong == 0);
    CHECK(tally.not_delivered == 0);
    // The comparison says little unless both verdicts are common and fwproof commits itself.
    CHECK(tally.permitted * 5 > tally.probes);
    CHECK(tally.permitted * 5 < tally.probes * 4);
    CHECK(tally.unknown * 20 < tally.probes);
}

}  // namespace

TEST_CASE("random IPv4 rules") { judge_random(Family::v4, seed(71), 150 * effort()); }
TEST_CASE("random IPv6 rules") { judge_random(Family::v6, seed(72), 50 * effort()); }
