// Hosts that are known at other addresses on the two sides of a device, and devices that packets meet only as another
// one has translated them.
#include <fmt/format.h>

#include "fwproof/analysis/assess.hpp"
#include "support/flows.hpp"

using namespace fwproof;
using namespace fwproof::test;

namespace {

std::string interface(int number, const std::string& name, int level, const std::string& address) {
    return fmt::format("interface GigabitEthernet0/{}\n nameif {}\n security-level {}\n ip address {} 255.255.255.0\n",
                       number, name, level, address);
}

// Between inside (10.10.5.0/24) and outside (203.0.113.0/24).
std::string edge(const std::string& rest) {
    return "ASA Version 9.16(4)\nhostname edge\n" + interface(0, "outside", 0, "203.0.113.2") +
           interface(1, "inside", 100, "10.10.5.1") + "object network MS1\n host 10.10.5.10\n" + rest +
           "route outside 0.0.0.0 0.0.0.0 203.0.113.1 1\n";
}

std::string told(const Topology& topology, const std::vector<Requirement>& requirements) {
    const Assessment assessment = assess(topology, requirements);
    std::string text = fmt::format("{} of {} satisfied\n", assessment.satisfied, assessment.required);
    for (const auto& flow : assessment.flows) {
        if (flow.judgement == Judgement::satisfied) continue;
        text += flow.unchecked.empty() ? topology.firewalls[flow.firewall].id + " " : "";
        text += std::string(to_string(flow.judgement)) + (flow.unchecked.empty() ? "" : ": ") + flow.unchecked + "\n";
        for (const auto& translation : flow.translations) text += "  " + translation + "\n";
    }
    for (const auto& assumption : assessment.assumptions) text += "assumed: " + assumption + "\n";
    return text;
}

const Endpoint kGateway = end("gateway", "gw1", "198.18.5.5");
const Endpoint kServer = end("server", "ms1", "203.0.113.7, 10.10.5.10");

}  // namespace

TEST_CASE("a translated host is reached at the address that its packets show there") {
    const std::string list = "access-list OUT extended permit tcp host 198.18.5.5 object MS1 eq 5723\n";
    const std::string nat = "access-group OUT in interface outside\nobject network MS1\n nat (inside,outside) static ";
    const auto ask = [&](const std::string& rest, const Endpoint& to) {
        const auto policies = load("edge.cfg", edge(rest));
        Topology topology;
        topology.firewalls = {transit("edge", policies.at(0))};
        return told(topology, {need(kGateway, to, kTcp, "5723")});
    };
    CHECK(ask(list + nat + "203.0.113.7\n", kServer) ==
          "1 of 1 satisfied\n"
          "assumed: ms1 is reached at 203.0.113.7, not at 10.10.5.10, across edge (demo gateway-server/tcp5723)\n");
    CHECK(ask("access-list OUT extended deny ip any any\n" + nat + "203.0.113.7\n", kServer) ==
          "0 of 1 satisfied\nedge missing\n  edge translates the destination to 10.10.5.10 (edge.cfg:16)\n");
    // One port of it alone.
    CHECK(ask(list + nat + "203.0.113.7 service tcp 5723 5723\n", kServer).starts_with("1 of 1 satisfied\n"));
    // A port of the device's own address.
    const Endpoint itself = end("server", "ms1", "203.0.113.2, 10.10.5.10");
    const std::string forward = nat + "interface service tcp 5723 5723\n";
    CHECK(ask(list + forward, itself) ==
          "1 of 1 satisfied\n"
          "assumed: ms1 is reached at 203.0.113.2, not at 10.10.5.10, across edge (demo gateway-server/tcp5723)\n");
    CHECK(ask("access-list OUT extended deny ip any any\n" + forward, itself) ==
          "0 of 1 satisfied\nedge missing\n  edge translates the destination to 10.10.5.10 (edge.cfg:16)\n");
    CHECK(ask(list + forward, end("server", "ms1", "203.0.113.2")) ==
          "0 of 1 satisfied\nedge conditional\n  edge translates the destination to 10.10.5.10 (edge.cfg:16)\n");
    CHECK(ask(list + nat + "interface service tcp 80 80\n", itself) == "0 of 1 satisfied\nedge conditional\n");
    CHECK(ask(list + nat + "203.0.113.7\n", end("server", "ms1", "203.0.113.2")) ==
          "0 of 1 satisfied\nunchecked: 203.0.113.2 is an address of edge itself\n");
    // Of a network nobody says that its members are one.
    Endpoint network = kServer;
    network.network = true;
    CHECK(ask(list + nat + "203.0.113.7\n", network).starts_with("0 of 1 satisfied\n"));
}

TEST_CASE("a translated host sends from the address that its packets show there") {
    const auto policies =
        load("edge.cfg", edge("access-list IN extended permit tcp object MS1 any eq 5723\naccess-group IN in interface "
                              "inside\nobject network MS1\n nat (inside,outside) static 203.0.113.7\n"));
    Topology topology;
    topology.firewalls = {transit("edge", policies.at(0))};
    topology.firewalls[0].interfaces = {{"lan", {"inside"}}, {"net", {"outside"}}};
    topology.firewalls[0].zones = {{"lan", "net"}};
    Endpoint from = kServer, to = kGateway;
    from.zone = "lan";
    to.zone = "net";
    CHECK(told(topology, {need(from, to, kTcp, "5723")}) ==
          "1 of 1 satisfied\n"
          "assumed: ms1 sends from 10.10.5.10, not from 203.0.113.7, across edge (demo server-gateway/tcp5723)\n");
}

TEST_CASE("a firewall behind a translation is asked about what reaches it") {
    const std::string near_head = "ASA Version 9.16(4)\nhostname near\n" + interface(0, "transit", 0, "172.31.0.1") +
                                  interface(1, "inside", 100, "10.10.5.1") +
                                  "route transit 0.0.0.0 0.0.0.0 172.31.0.2 1\n";
    const std::string pat = "object network IN\n subnet 10.10.0.0 255.255.0.0\n nat (inside,transit) dynamic ";
    const auto far_with = [](const std::string& rule) {
        return "ASA Version 9.16(4)\nhostname far\n" + interface(0, "outside", 0, "203.0.113.2") +
               interface(1, "transit", 50, "172.31.0.2") + "access-list TR extended " + rule +
               "\naccess-group TR in interface transit\nroute outside 0.0.0.0 0.0.0.0 203.0.113.1 1\n";
    };
    const std::string permit = "permit tcp host 172.31.0.1 host 198.18.5.5 eq 5723", deny = "deny ip any any";
    const auto from = end("gateway", "gw1", "10.10.5.10", "lan"), to = end("server", "ms1", "198.18.5.5", "net");
    const auto ask = [&](const std::string& nat, const std::string& rule, bool far_first, bool path) {
        const auto near = load("near.cfg", near_head + nat), far = load("far.cfg", far_with(rule));
        Topology topology;
        topology.firewalls = {transit("near", near.at(0)), transit("far", far.at(0))};
        if (path) {
            topology.firewalls[0].zones = {{"lan", "mid"}};
            topology.firewalls[0].interfaces = {{"lan", {"inside"}}, {"mid", {"transit"}}};
            topology.firewalls[1].zones = {{"mid", "net"}};
            topology.firewalls[1].interfaces = {{"mid", {"transit"}}, {"net", {"outside"}}};
            topology.paths = {{"lan", "net", {"near", "far"}, {}}};
        }
        if (far_first) std::swap(topology.firewalls[0], topology.firewalls[1]);
        return told(topology, {need(from, to, kTcp, "5723")});
    };
    for (const bool path : {false, true}) {
        for (const bool far_first : {false, true}) {
            CHECK(ask(pat + "interface\n", permit, far_first, path) == "1 of 1 satisfied\n");
            CHECK(ask(pat + "interface\n", deny, far_first, path) ==
                  "0 of 1 satisfied\nfar missing\n  near translates the source to 172.31.0.1 (near.cfg:14)\n");
        }
    }
    CHECK(ask("", deny, false, false) ==
          "1 of 1 satisfied\nassumed: far is taken not to stand on the way of 1 required flow: its routes lead to both "
          "ends by one interface\n");
    CHECK(ask("object network POOL\n range 172.31.0.50 172.31.0.60\n" + pat + "POOL\n", deny, false, false) ==
          "0 of 1 satisfied\nunchecked: whether packets from gw1 to ms1 cross far depends on what near makes of the "
          "source (near.cfg:16)\n");
}

TEST_CASE("a firewall behind a forwarded port is asked about what reaches it") {
    const std::string head =
        "ASA Version 9.16(4)\nhostname near\n" + interface(0, "outside", 0, "203.0.113.2") +
        interface(1, "transit", 50, "172.31.0.1") +
        "object network MS1\n host 10.10.5.10\nobject service MOM\n service tcp destination eq 5723\n"
        "access-list OUT extended permit tcp any object MS1 eq 5723\n"
        "access-group OUT in interface outside\nroute outside 0.0.0.0 0.0.0.0 203.0.113.1 1\n"
        "route transit 10.10.0.0 255.255.0.0 172.31.0.2 1\n";
    const auto far_with = [](const std::string& rule) {
        return "ASA Version 9.16(4)\nhostname far\n" + interface(0, "transit", 0, "172.31.0.2") +
               interface(1, "inside", 100, "10.10.5.1") + "access-list TR extended " + rule +
               "\naccess-group TR in interface transit\nroute transit 0.0.0.0 0.0.0.0 172.31.0.1 1\n";
    };
    const auto ask = [&](const std::string& nat, const std::string& rule, bool zoned) {
        const auto near = load("near.cfg", head + nat), far = load("far.cfg", far_with(rule));
        Topology topology;
        topology.firewalls = {transit("near", near.at(0)), transit("far", far.at(0))};
        Endpoint from = kGateway, to = end("server", "ms1", "203.0.113.2, 10.10.5.10");
        if (zoned) {
            from.zone = "net";
            to.zone = "lan";
            topology.firewalls[0].zones = {{"net", "mid"}};
            topology.firewalls[0].interfaces = {{"net", {"outside"}}, {"mid", {"transit"}}};
            topology.firewalls[1].zones = {{"mid", "lan"}};
            topology.firewalls[1].interfaces = {{"mid", {"transit"}}, {"lan", {"inside"}}};
        }
        return told(topology, {need(from, to, kTcp, "5723")});
    };
    const std::string forward = "object network MS1\n nat (transit,outside) static interface service tcp 5723 5723\n";
    const std::string assumed =
        "assumed: ms1 is reached at 203.0.113.2, not at 10.10.5.10, across near (demo gateway-server/tcp5723)\n";
    for (const bool zoned : {false, true}) {
        INFO(zoned);
        CHECK(ask(forward, "permit tcp host 198.18.5.5 host 10.10.5.10 eq 5723", zoned) ==
              "1 of 1 satisfied\n" + assumed);
        CHECK(ask(forward, "deny ip any any", zoned) ==
              "0 of 1 satisfied\nfar missing\n  near translates the destination to 10.10.5.10 (near.cfg:20)\n" +
                  assumed);
    }
    // What becomes of the source, the path to the device's own address does not say.
    CHECK(ask("nat (outside,transit) source dynamic any interface destination static interface MS1 service MOM MOM\n",
              "permit tcp host 172.31.0.1 host 10.10.5.10 eq 5723", true)
              .starts_with("0 of 1 satisfied\nfar conditional\n"));
}
