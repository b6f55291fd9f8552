#include "fwproof/policy/routing.hpp"

#include "fwproof/policy/text.hpp"
#include "support/catch.hpp"

using namespace fwproof;

namespace {

// Interfaces and routes in the words of the canonical text; "10.0.0.0/8 inside; 192.0.2.1 dmz,outside; any6 nowhere".
std::string split(std::string_view lines, RoutingTable::Use use, std::string_view addresses) {
    std::string text(lines);
    const auto policy = parse_policy(std::make_shared<const Source>("policy", std::move(text)));
    if (!policy) FAIL(render(policy.error()));
    const RoutingTable table(*policy, use);
    std::string found;
    AddressSet all;
    for (const Reach& reach : table.split(*parse_address_set(addresses))) {
        CHECK_FALSE(reach.addresses.empty());
        CHECK((all & reach.addresses).empty());
        all = all | reach.addresses;
        found += (found.empty() ? "" : "; ") + to_string(reach.addresses) + " ";
        for (const auto& name : reach.interfaces) found += (found.back() == ' ' ? "" : ",") + name;
        if (reach.interfaces.empty()) found += "nowhere";
    }
    CHECK(all == *parse_address_set(addresses));
    return found;
}

}  // namespace

TEST_CASE("the longest network or route says where an address is") {
    using Use = RoutingTable::Use;
    const std::string_view plain =
        "interface inside network 10.1.0.0/16\ninterface outside network 192.0.2.0/30\n"
        "route 0.0.0.0/0 outside\nroute 10.0.0.0/8 inside\nroute 10.1.7.0/24 outside\n";
    const std::string_view aside =
        "interface inside network 10.1.0.0/16\ninterface mgmt aside network 10.9.0.0/16\n"
        "interface old down network 10.8.0.0/16\nroute 172.16.0.0/12 mgmt\n";
    struct Row {
        std::string_view lines;
        Use use;
        std::string_view addresses, found;
    };
    const Row rows[] = {
        {plain, Use::to, "10.1.0.5", "10.1.0.5 inside"},
        {plain, Use::to, "10.1.6.255-10.1.8.0", "10.1.6.255, 10.1.8.0 inside; 10.1.7.0/24 outside"},
        {plain, Use::to, "10.200.0.1, 11.0.0.1", "10.200.0.1 inside; 11.0.0.1 outside"},
        {plain, Use::to, "2001:db8::1", "2001:db8::1 nowhere"},
        {plain, Use::to, "255.255.255.255, 0.0.0.0", "0.0.0.0, 255.255.255.255 outside"},
        {"vendor asa\n", Use::to, "10.1.0.5", "10.1.0.5 nowhere"},
        // A connected network wins over routes to the same; routes to one network share it.
        {"interface a network 10.0.0.0/8\nroute 10.0.0.0/8 b\n", Use::to, "10.1.1.1", "10.1.1.1 a"},
        {"route 10.0.0.0/8 b\nroute 10.0.0.0/8 a\nroute 10.0.0.0/8 b\n", Use::to, "10.1.1.1", "10.1.1.1 a,b"},
        {"interface b network 10.0.0.0/8\ninterface a network 10.0.0.0/8\n", Use::to, "10.1.1.1", "10.1.1.1 a,b"},
        // What is only sent there does not come from there.
        {"route 0.0.0.0/0 a\nroute 0.0.0.0/0 b outward\n", Use::to, "10.1.1.1", "10.1.1.1 a,b"},
        {"route 0.0.0.0/0 a\nroute 0.0.0.0/0 b outward\n", Use::from, "10.1.1.1", "10.1.1.1 a"},
        {"route 0.0.0.0/0 a\nroute 0.0.0.0/0 b outward\n", Use::own, "10.1.1.1", "10.1.1.1 a,b"},
        // Interfaces that passing packets do not use are for the device's own.
        {aside, Use::to, "10.9.0.1, 172.16.0.1, 10.8.0.1", "10.8.0.1, 10.9.0.1, 172.16.0.1 nowhere"},
        {aside, Use::from, "10.9.0.1, 10.1.0.1", "10.1.0.1 inside; 10.9.0.1 nowhere"},
        {aside, Use::own, "10.9.0.1, 172.16.0.1, 10.8.0.1", "10.9.0.1, 172.16.0.1 mgmt; 10.8.0.1 nowhere"},
        {"interface six network 2001:db8::/32\nroute ::/0 out\nroute 2001:db8:7::/48 out\n", Use::to,
         "2001:db8:6:ffff:ffff:ffff:ffff:ffff-2001:db8:7::1, ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
         "2001:db8:7::/127, ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff out; 2001:db8:6:ffff:ffff:ffff:ffff:ffff six"},
    };
    for (const Row& row : rows) {
        INFO(row.lines << row.addresses);
        CHECK(split(row.lines, row.use, row.addresses) == row.found);
    }
}

TEST_CASE("a table of nothing is empty") {
    Policy policy;
    CHECK(RoutingTable(policy, RoutingTable::Use::to).empty());
    policy.routes.push_back({*parse_prefix("10.0.0.0/8"), "a", {}, true});
    CHECK_FALSE(RoutingTable(policy, RoutingTable::Use::to).empty());
    CHECK(RoutingTable(policy, RoutingTable::Use::from).empty());
}
