// The recorded verdicts of tests/vendor/iptables again: does this kernel still say so?
#include <fmt/format.h>

#include <iostream>

#include "kernel/machine.hpp"
#include "support/catch.hpp"
#include "vendor/iptables/recorded.hpp"

using namespace fwproof;
using namespace fwproof::kernel;

namespace {

void replay(const std::string& name, Family family) {
    for (const char* interface : {"eth0", "eth1", "eth10", "wlan0", "ppp0"}) network().add_interface(interface);
    const auto all = iptables::read_recorded("kernel/" + name, family);
    const std::size_t step = effort() > 1 ? 1 : 20;
    std::size_t count = 0, wrong = 0;
    for (std::size_t n = 0; n < all.size(); n += step) {
        const auto& recorded = all[n];
        std::vector<Probe> probes;
        for (const auto& line : recorded.probes) {
            Probe probe;
            probe.packet = line.packet;
            probe.position = recorded.position;
            network().complete(probe);
            if (probe.packet.state == State::established) {
                probe.connection = probe.packet;
                probe.connection->fields.clear();
            }
            probes.push_back(std::move(probe));
        }
        network().clear(backend(), family);
        network().set_ipsets(recorded.ipset);
        const Ran loaded = network().restore(backend(), family, recorded.rules);
        INFO(recorded.rules);
        REQUIRE(loaded.message == "");
        network().set_connections(probes);
        const auto arrivals = network().send(probes);
        for (std::size_t i = 0; i < probes.size(); ++i, ++count) {
            if ((arrivals[i] != Arrival::nowhere) == recorded.probes[i].permitted) continue;
            if (++wrong <= 3) UNSCOPED_INFO(recorded.id << ": " << recorded.probes[i].line << "\n" << recorded.rules);
        }
    }
    network().clear(backend(), family);
    network().set_connections({});
    std::cout << "recorded " << family_name(family) << ": " << count << " verdicts given again\n";
    CHECK(count > 0);
    CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("recorded IPv4 verdicts, asked again") { replay("random-v4.txt", Family::v4); }
TEST_CASE("recorded IPv6 verdicts, asked again") { replay("random-v6.txt", Family::v6); }
