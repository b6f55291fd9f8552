// Which headers do not occur, and what is said about those that are left out.
#include <algorithm>

#include "support/catch.hpp"
#include "vendor/iptables/kernel.hpp"

using namespace fwproof;
using namespace fwproof::iptables;

namespace {

bool occurs(const Policy& policy, const Packet& packet) {
    return std::none_of(policy.impossible.begin(), policy.impossible.end(),
                        [&](const Product& product) { return contains(product, packet); });
}

bool assumes(const Policy& policy, std::string_view sentence) {
    return std::find(policy.assumptions.begin(), policy.assumptions.end(), sentence) != policy.assumptions.end();
}

Packet datagram(const std::string& source, const std::string& destination) {
    Packet packet;
    packet.protocol = kUdp;
    packet.source = *parse_address(source);
    packet.destination = *parse_address(destination);
    return packet;
}

}  // namespace

TEST_CASE("the kinds that packets can be of follow from their addresses") {
    const std::string head = "*filter\n:INPUT ACCEPT [0:0]\n";
    const Policy types = load_text(head + "-A INPUT -s 10.0.0.0/24 -m pkttype --pkt-type broadcast -j DROP\nCOMMIT\n");
    Packet packet = datagram("10.0.0.5", "224.0.0.5");
    const auto of_type = [&](std::uint64_t type) {
        packet.fields[Field::packet_type] = type;
        return occurs(types, packet);
    };
    packet.in = "eth0";
    CHECK((!of_type(0) && !of_type(1) && of_type(2)));
    packet.destination = *parse_address("10.0.0.255");
    CHECK((of_type(0) && of_type(1) && !of_type(2)));
    packet.destination = *parse_address("10.0.0.254");
    CHECK((of_type(0) && !of_type(1) && !of_type(2)));
    packet.in = "";  // the host's own
    packet.out = "eth0";
    packet.destination = *parse_address("224.0.0.5");
    CHECK((of_type(0) && !of_type(1) && !of_type(2)));

    const Policy kinds = load_text(head +
                                   "-A INPUT -s 10.0.0.0/24 -m addrtype --dst-type BROADCAST -j DROP\n"
                                   "-A INPUT -m addrtype --src-type BROADCAST -j DROP\nCOMMIT\n");
    packet = datagram("10.0.0.5", "10.0.0.255");
    packet.in = "eth0";
    const auto of_kind = [&](Field field, AddressKind kind) {
        packet.fields[Field::source_kind] = static_cast<std::uint64_t>(AddressKind::unicast);
        packet.fields[Field::destination_kind] = static_cast<std::uint64_t>(AddressKind::local);
        packet.fields[field] = static_cast<std::uint64_t>(kind);
        return occurs(kinds, packet);
    };
    CHECK(of_kind(Field::destination_kind, AddressKind::broadcast));
    CHECK(of_kind(Field::destination_kind, AddressKind::local));
    packet.out = "eth1";
    CHECK(!of_kind(Field::destination_kind, AddressKind::broadcast));
    packet.out = "";
    packet.destination = *parse_address("10.0.0.254");
    CHECK(!of_kind(Field::destination_kind, AddressKind::broadcast));
    CHECK(!of_kind(Field::source_kind, AddressKind::broadcast));
    packet.source = *parse_address("0.0.0.0");
    CHECK(of_kind(Field::source_kind, AddressKind::broadcast));
    CHECK(!of_kind(Field::source_kind, AddressKind::unicast));
}

TEST_CASE("what questions leave out is said") {
    const std::string fragments = "packets come whole: later fragments, which the rules treat otherwise, are left out";
    const std::string broadcasts =
        "a broadcast address is 255.255.255.255 or the last one of a network that the rules name, and no other";
    const std::string head = "*filter\n:INPUT ACCEPT [0:0]\n";
    CHECK(assumes(load_text(head + "-A INPUT -f -j DROP\nCOMMIT\n"), fragments));
    CHECK(assumes(load_text(head + "-A INPUT -p udp -m udp --dport 53 -j DROP\nCOMMIT\n"), fragments));
    CHECK(!assumes(load_text(head + "-A INPUT -m state --state NEW -p udp -m udp --dport 53 -j DROP\nCOMMIT\n"),
                   fragments));
    CHECK(assumes(load_text(head + "-A INPUT -m addrtype --dst-type BROADCAST -j DROP\nCOMMIT\n"), broadcasts));
    CHECK(!assumes(load_text(head + "-A INPUT -m addrtype --dst-type LOCAL -j DROP\nCOMMIT\n"), broadcasts));
}
