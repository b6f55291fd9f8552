#include "fwproof/analysis/crossing.hpp"

#include "support/flows.hpp"

using namespace fwproof;
using namespace fwproof::test;

namespace {

Interface interface(std::string name, std::string_view network) {
    Interface made;
    made.name = std::move(name);
    made.networks = {*parse_prefix(network)};
    return made;
}

Policy router(std::vector<Interface> interfaces = {}, std::vector<Route> routes = {}) {
    Policy policy;
    policy.families = {Family::v4};
    policy.rulesets.resize(1);
    policy.paths = {
        {Position::transit, "", {{0, {}}}}, {Position::inbound, "", {{0, {}}}}, {Position::outbound, "", {{0, {}}}}};
    policy.interfaces = std::move(interfaces);
    policy.routes = std::move(routes);
    return policy;
}

std::string ids(const Topology& topology, const CrossingResult& result) {
    std::string text;
    for (const auto& crossing : result.crossings) {
        text += topology.firewalls[crossing.firewall].id + " " + std::string(to_string(crossing.path->position)) + "; ";
    }
    return text;
}

std::string questions(const Crossing& crossing) {
    std::string text;
    for (const auto& product : crossing.question) text += to_string(product) + "\n";
    return text;
}

}  // namespace

TEST_CASE("a flow meets the source host, the devices between the zones and the destination host") {
    const Policy policy = router();
    Topology topology;
    topology.firewalls = {host_firewall("sql1", "sql1", policy), transit("core", policy), transit("edge", policy),
                          host_firewall("ms1", "ms1", policy)};
    topology.firewalls[1].zones = {{"mgmt", "db"}};
    topology.firewalls[2].zones = {{"mgmt", "internet"}};
    const auto ms1 = end("ms", "ms1", "10.1.0.11", "mgmt");
    const auto ms2 = end("ms", "ms2", "10.1.0.12", "mgmt");
    const auto sql = end("db", "sql1", "10.2.0.21", "db");
    const auto far = end("web", "web1", "192.0.2.7", "internet");
    const auto cross = [&](const Endpoint& a, const Endpoint& b) {
        return find_crossings(topology, need(a, b, kTcp, "1433"));
    };

    CHECK(ids(topology, cross(ms1, sql)) == "ms1 outbound; core transit; sql1 inbound; ");
    CHECK(ids(topology, cross(sql, ms2)) == "sql1 outbound; core transit; ");
    CHECK(ids(topology, cross(ms1, ms2)) == "ms1 outbound; ");
    CHECK(ids(topology, cross(sql, far)) == "sql1 outbound; core transit; edge transit; ");
    CHECK(cross(ms1, ms1).same_host);
    CHECK(cross(ms2, ms2).same_host);

    const auto lost = cross(ms2, end("x", "x1", "10.9.0.1", "nowhere"));
    CHECK(lost.crossings.empty());
    CHECK(lost.unchecked == "no firewall joins zone mgmt to zone nowhere");
    const auto no_zone = cross(ms2, end("x", "x1", "10.9.0.1"));
    CHECK(no_zone.unchecked == "the site says no zone for x1");

    topology.zones = {{"db", *parse_address_set("10.2.0.0/24"), {}}};
    CHECK(ids(topology, cross(ms2, end("db", "sql2", "10.2.0.22"))) == "core transit; ");
}

TEST_CASE("several shortest ways need a declared path") {
    const Policy policy = router();
    Topology topology;
    topology.firewalls = {transit("a", policy), transit("b", policy)};
    topology.firewalls[0].zones = {{"x", "m"}, {"x", "n"}};
    topology.firewalls[1].zones = {{"m", "y"}, {"n", "y"}};
    const auto requirement = need(end("p", "p1", "10.0.0.1", "x"), end("q", "q1", "10.9.0.1", "y"), kTcp, "80");
    const auto found = find_crossings(topology, requirement);
    CHECK(found.crossings.empty());
    CHECK(found.unchecked == "there are several ways from zone x to zone y; declare one with [[path]]");

    topology.paths = {{"y", "x", {"b", "a"}, {}}};
    CHECK(ids(topology, find_crossings(topology, requirement)) == "a transit; b transit; ");
}

TEST_CASE("interfaces follow the longest network or route, and stay open where neither says") {
    const Policy policy =
        router({interface("inside", "10.1.0.0/24"), interface("outside", "192.0.2.0/30")},
               {{*parse_prefix("0.0.0.0/0"), "outside", {}}, {*parse_prefix("10.0.0.0/8"), "inside", {}}});
    Topology topology;
    topology.firewalls = {transit("edge", policy)};
    const auto cross = [&](std::string_view from, std::string_view to) {
        return find_crossings(topology, need(end("a", "a1", from), end("b", "b1", to), kTcp, "443"));
    };
    CHECK(questions(cross("10.1.0.11", "198.51.100.1").crossings.at(0)) ==
          "tcp 10.1.0.11:1024-65535 > 198.51.100.1:443 in inside out outside flags SYN\n");
    CHECK(questions(cross("10.1.0.11, 203.0.113.9", "10.7.0.1").crossings.at(0)) ==
          "tcp 203.0.113.9:1024-65535 > 10.7.0.1:443 in outside out inside flags SYN\n");
    CHECK(cross("10.1.0.11", "10.7.0.1").unchecked == "no export covers the path from a1 to b1");

    const Policy bare = router();
    topology.firewalls[0].policy = &bare;
    CHECK(questions(cross("10.1.0.11", "10.7.0.1").crossings.at(0)) ==
          "tcp 10.1.0.11:1024-65535 > 10.7.0.1:443 in !none,lo out !none,lo flags SYN\n");
}

TEST_CASE("a firewall whose routes contradict the site leaves open what crosses it") {
    const Policy policy =
        router({interface("inside", "10.1.0.0/24"), interface("outside", "198.51.100.0/24")},
               {{*parse_prefix("10.0.0.0/8"), "inside", {}}, {*parse_prefix("10.2.5.0/24"), "outside", {}}});
    const Policy bare = router();
    Topology topology;
    topology.firewalls = {transit("edge", policy), host_firewall("sql1", "sql1", bare)};
    const auto from = end("ms", "ms1", "10.1.0.11", "mgmt");
    const auto cross = [&](std::string_view to, bool external = false) {
        auto requirement = need(from, end("db", "sql1", to, "db"), kTcp, "1433");
        requirement.to.external = external;
        const auto found = find_crossings(topology, requirement);
        return ids(topology, found) + found.unchecked;
    };
    const std::string by_one = "the routes of edge lead to ms1 and sql1 by one interface, and the site says that it ";
    const std::string part = "the routes of edge lead to a part of ms1 and sql1 by one interface, and the site says ";
    const std::string stands = "stands between them";

    // Nobody says that a firewall without zones stands between two ends: there its routes decide.
    CHECK(cross("10.2.0.21") == "sql1 inbound; ");
    topology.firewalls[0].zones = {{"mgmt", "db"}};
    CHECK(cross("10.2.0.21") == "sql1 inbound; " + by_one + stands);
    CHECK(cross("10.2.5.21") == "edge transit; sql1 inbound; ");
    CHECK(cross("10.2.0.21, 10.2.5.21") == "edge transit; sql1 inbound; " + part + "that it " + stands);
    // An outside party need not be at every address that it may have.
    CHECK(cross("198.51.0.0/16, 10.2.0.21", true) == "edge transit; sql1 inbound; ");
    topology.firewalls[0].zones.clear();
    topology.paths = {{"mgmt", "db", {"edge"}, {}}};
    CHECK(cross("10.2.0.21") == "sql1 inbound; " + by_one + stands);
}

TEST_CASE("a firewall without zones does not stand in for those with zones") {
    const Policy policy = router();
    Topology topology;
    topology.firewalls = {transit("inner", policy), transit("edge", policy)};
    topology.firewalls[0].zones = {{"mgmt", "db"}};
    const auto cross = [&](const std::string& from, const std::string& to) {
        const auto found = find_crossings(
            topology, need(end("ms", "ms1", "10.1.0.11", from), end("x", "x1", "10.9.0.1", to), kTcp, "443"));
        return ids(topology, found) + found.unchecked;
    };
    CHECK(cross("mgmt", "db") == "edge transit; inner transit; ");
    CHECK(cross("mgmt", "mgmt") == "no export covers the path from ms1 to x1");
    CHECK(cross("mgmt", "") == "edge transit; the site says no zone for x1");
    CHECK(cross("", "") == "edge transit; the site says no zone for ms1");
    // Between zones that no other firewall joins it is the only one there is.
    CHECK(cross("mgmt", "far") == "edge transit; ");
}

TEST_CASE("where replies meet the rules they are asked too") {
    Policy policy = router();
    policy.replies = ReplyHandling::by_rules;
    Topology topology;
    topology.firewalls = {host_firewall("sql1", "sql1", policy)};
    const auto requirement = need(end("ms", "ms1", "10.1.0.11"), end("db", "sql1", "10.2.0.21"), kUdp, "1434");
    auto found = find_crossings(topology, requirement);
    REQUIRE(found.crossings.size() == 1);
    CHECK(found.crossings[0].reply_by_rules);
    REQUIRE(found.crossings[0].reply_path);
    CHECK(found.crossings[0].reply_path->position == Position::outbound);
    REQUIRE(found.crossings[0].reply.size() == 1);
    CHECK(to_string(found.crossings[0].reply[0]) ==
          "udp 10.2.0.21:1434 > 10.1.0.11:1024-65535 in none out !none,lo state established");

    topology.firewalls[0].stateful = true;  // the rules decide all the same
    CHECK(find_crossings(topology, requirement).crossings[0].reply_by_rules);
}

TEST_CASE("the reply of a flow that is not tracked belongs to no connection") {
    struct Case {
        const char* what;
        std::uint8_t protocol;
        const char* ports;  // of the rule that exempts
        bool filters;       // its ruleset
        std::vector<State> seen;
    };
    const std::vector<Case> cases = {
        {"TCP is answered with SYN and ACK", kTcp, "1433", false, {State::invalid}},
        {"a datagram starts a connection", kUdp, "1433", false, {State::new_}},
        {"another port", kTcp, "22", false, {State::established}},
        {"a part of the ports", kTcp, "1400-1432,1434", false, {State::established}},
        {"no rule of a filter exempts", kTcp, "1433", true, {State::established}},
    };
    for (const auto& one : cases) {
        INFO(one.what);
        Policy policy = router();
        policy.replies = ReplyHandling::by_rules;
        policy.rulesets.resize(2);
        policy.rulesets[1].filters = one.filters;
        policy.paths[1].stages.insert(policy.paths[1].stages.begin(), Stage{1, {}});
        Rule exempt;
        exempt.match.any_of[0].header.services =
            need(end("ms", "ms1", "10.1.0.11"), end("db", "sql1", "10.2.0.21"), one.protocol, one.ports).services;
        exempt.action = SetRegister{Register::disposition, ~1U, 1, {}, ~0U};
        policy.rulesets[1].rules = {exempt};
        Topology topology;
        topology.firewalls = {host_firewall("sql1", "sql1", policy)};
        const auto found = find_crossings(
            topology, need(end("ms", "ms1", "10.1.0.11"), end("db", "sql1", "10.2.0.21"), one.protocol, "1433"));
        REQUIRE(found.crossings.size() == 1);
        std::vector<State> states;
        for (const auto& reply : found.crossings[0].reply) {
            for (int i = 0; i < kStateCount; ++i) {
                if (reply.states.contains(static_cast<State>(i))) states.push_back(static_cast<State>(i));
            }
        }
        CHECK(states == one.seen);
    }
}

TEST_CASE("where only connections with ports are tracked, answers of ICMP meet the rules") {
    Policy policy = router();
    policy.replies = ReplyHandling::tracked_ports;
    Topology topology;
    topology.firewalls = {transit("edge", policy)};
    auto requirement = need(end("a", "a1", "10.1.0.11"), end("b", "b1", "198.51.100.1"), kTcp, "443");
    auto found = find_crossings(topology, requirement);
    REQUIRE(found.crossings.size() == 1);
    CHECK_FALSE(found.crossings[0].reply_by_rules);

    ServiceTerm echo;
    echo.protocols = ProtocolSet::of(kIcmp);
    echo.icmp = icmp_type(8);
    requirement.services = share(ServiceSet{{echo}});
    found = find_crossings(topology, requirement);
    REQUIRE(found.crossings.size() == 1);
    CHECK(found.crossings[0].reply_by_rules);
    REQUIRE(found.crossings[0].reply.size() == 1);
    const Product& reply = found.crossings[0].reply[0];
    REQUIRE(reply.services);
    REQUIRE(reply.services->terms.size() == 1);
    CHECK(reply.services->terms[0].protocols == ProtocolSet::of(kIcmp));
    CHECK(reply.services->terms[0].icmp == icmp_code(0, 0));
    CHECK(reply.source->contains(*parse_address("198.51.100.1")));
}

TEST_CASE("an export of the other family covers nothing") {
    const Policy policy = router();
    Topology topology;
    topology.firewalls = {transit("edge", policy)};
    const auto found =
        find_crossings(topology, need(end("a", "a1", "2001:db8::1"), end("b", "b1", "2001:db8::2"), kTcp, "443"));
    CHECK(found.crossings.empty());
    CHECK(found.unchecked == "the export of edge does not cover the addresses of a1 and b1");
}

TEST_CASE("an outside party is asked for where the Internet is") {
    const Policy policy = router();
    Topology topology;
    topology.firewalls = {transit("edge", policy)};
    auto web = end("web", "internet", "8.0.0.0/6");
    web.external = true;
    const auto asked = [&](const Endpoint& to) {
        const auto found = find_crossings(topology, need(end("a", "a1", "10.1.0.11"), to, kTcp, "443"));
        return to_string(*found.crossings.at(0).question.at(0).destination);
    };
    CHECK(asked(web) == "8.0.0.0/7, 11.0.0.0/8");
    web.addresses = share(*parse_address_set("10.9.9.9"));
    CHECK(asked(web) == "10.9.9.9");
}
