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
    packet.out = "eth1";
    CHECK(!of_kind(Field::source_kind, AddressKind::broadcast));
}

// The kernel asks of sources only that they are not its own (fib_validate_source without rules of routing): what comes
// from the broadcast address of a network is let in and forwarded.
TEST_CASE("a source may be the broadcast address of a network, and loopback has no hardware address") {
    const std::string head = "*filter\n:FORWARD ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n";
    const std::string rule = "-A FORWARD -m addrtype --src-type BROADCAST -j DROP\n";
    const Policy named = load_text(head + "-A INPUT -s 10.0.0.0/24 -j ACCEPT\n" + rule + "COMMIT\n");
    const Policy unnamed = load_text(head + rule + "COMMIT\n");
    const auto may_be = [](const Policy& policy, const std::string& source, AddressKind kind, const std::string& in,
                           const std::string& out) {
        Packet packet = datagram(source, "10.2.0.5");
        packet.in = in;
        packet.out = out;
        packet.fields[Field::source_kind] = static_cast<std::uint64_t>(kind);
        return occurs(policy, packet);
    };
    CHECK(may_be(named, "10.0.0.255", AddressKind::broadcast, "eth0", "eth1"));
    CHECK(may_be(named, "10.0.0.255", AddressKind::broadcast, "eth0", ""));
    CHECK(may_be(named, "10.0.0.255", AddressKind::unicast, "eth0", "eth1"));
    CHECK(!may_be(named, "10.0.0.255", AddressKind::broadcast, "", "eth1"));
    CHECK(!may_be(named, "10.0.0.254", AddressKind::broadcast, "eth0", "eth1"));
    CHECK(!may_be(named, "0.0.0.0", AddressKind::broadcast, "eth0", "eth1"));
    CHECK(may_be(unnamed, "192.168.255.255", AddressKind::broadcast, "eth0", "eth1"));
    CHECK(!may_be(unnamed, "192.168.0.255", AddressKind::broadcast, "eth0", "eth1"));

    const Policy cards = load_text(head + "-A INPUT -m mac --mac-source 02:00:00:00:00:05 -j DROP\nCOMMIT\n");
    Packet packet = datagram("127.0.0.1", "127.0.0.1");
    packet.fields[Field::source_mac] = 0x020000000005;
    packet.in = "lo";
    CHECK(!occurs(cards, packet));
    packet.in = "eth0";
    CHECK(occurs(cards, packet));
    packet.fields[Field::source_mac] = kNoMac;
    packet.in = "lo";
    CHECK(occurs(cards, packet));
}

TEST_CASE("what questions leave out is said") {
    const std::string fragments = "packets come whole: later fragments, which the rules treat otherwise, are left out";
    const std::string broadcasts =
        "a broadcast address is 255.255.255.255 or the last one of a network that the rules name, and no other";
    const std::string order = "where both back ends have a table, packets meet the one of iptables-legacy first";
    const std::string head = "*filter\n:INPUT ACCEPT [0:0]\n";
    CHECK(assumes(load_text(head + "-A INPUT -f -j DROP\nCOMMIT\n"), fragments));
    CHECK(assumes(load_text(head + "-A INPUT -p udp -m udp --dport 53 -j DROP\nCOMMIT\n"), fragments));
    CHECK(!assumes(load_text(head + "-A INPUT -m state --state NEW -p udp -m udp --dport 53 -j DROP\nCOMMIT\n"),
                   fragments));
    CHECK(assumes(load_text(head + "-A INPUT -m addrtype --dst-type BROADCAST -j DROP\nCOMMIT\n"), broadcasts));
    CHECK(!assumes(load_text(head + "-A INPUT -m addrtype --dst-type LOCAL -j DROP\nCOMMIT\n"), broadcasts));
    const std::string sources = head + "-A INPUT -m addrtype --src-type BROADCAST -j DROP\n";
    CHECK(assumes(load_text(sources + "-A INPUT -s 10.0.0.0/24 -j DROP\nCOMMIT\n"), broadcasts));
    CHECK(assumes(load_text(sources + "COMMIT\n"),
                  "a broadcast address is 255.255.255.255 or the last one of 10.0.0.0/8, 172.16.0.0/12 or "
                  "192.168.0.0/16 (the rules name no network), and no other"));
    std::string many = head + "-A INPUT -m addrtype --dst-type BROADCAST -j DROP\n";
    for (int i = 0; i < 4097; ++i)
        many += "-A INPUT -s 10." + std::to_string(i / 256) + "." + std::to_string(i % 256) + ".0/24 -j DROP\n";
    CHECK(assumes(load_text(many + "COMMIT\n"),
                  "a broadcast address is 255.255.255.255 or the last one of one of the first 4096 networks that rules "
                  "name, and no other"));
    const std::string legacy = "# Generated by iptables-save v1.8.9 on Mon\n" + head + "COMMIT\n";
    CHECK(!assumes(load_text(legacy), order));
    CHECK(assumes(load_text(legacy + "# Generated by iptables-nft-save v1.8.9 (nf_tables)\n" + head + "COMMIT\n"),
                  order));
}

TEST_CASE("what a helper expects may be translated, and what OUTPUT changes may leave by another interface") {
    const Policy nat = load_text(
        "*nat\n:PREROUTING ACCEPT [0:0]\n"
        "-A PREROUTING -i eth1 -p udp -m udp --dport 1024:65535 -j DNAT --to-destination 10.9.9.9\nCOMMIT\n"
        "*filter\n:FORWARD DROP [0:0]\n-A FORWARD -d 10.9.9.9/32 -j DROP\n"
        "-A FORWARD -m conntrack --ctstate RELATED -j ACCEPT\nCOMMIT\n");
    Packet packet = datagram("10.0.1.1", "10.0.0.1");
    packet.state = State::related;
    packet.destination_port = 40000;
    packet.in = "eth1";
    packet.out = "eth0";
    CHECK(verdict(nat, Position::transit, packet) == "?");
    packet.in = "eth2";
    CHECK(verdict(nat, Position::transit, packet) == "A");
    packet.in = "eth1";
    packet.protocol = kIcmp;  // an error belongs to its connection
    packet.destination_port = 0;
    packet.icmp_type = 3;
    CHECK(verdict(nat, Position::transit, packet) == "A");

    // A chain of the nat table that drops new packets may drop expected ones.
    const auto dropping = [](const std::string& lines) {
        return load_text("*nat\n" + lines + "COMMIT\n*filter\n:FORWARD DROP [0:0]\n" +
                         "-A FORWARD -m conntrack --ctstate RELATED -j ACCEPT\nCOMMIT\n");
    };
    packet = datagram("10.0.1.1", "10.0.0.1");
    packet.state = State::related;
    packet.in = "eth1";
    packet.out = "eth0";
    const std::string translated = "-A PREROUTING -p udp -m udp --dport 53 -j DNAT --to-destination 10.9.9.9\n";
    for (const std::string& lines : {":PREROUTING DROP [0:0]\n" + translated, std::string(":PREROUTING DROP [0:0]\n"),
                                     ":PREROUTING ACCEPT [0:0]\n" + translated + "-A PREROUTING -p udp -j DROP\n",
                                     std::string(":POSTROUTING DROP [0:0]\n")}) {
        INFO(lines);
        packet.protocol = kUdp;
        packet.icmp_type = 0;
        CHECK(verdict(dropping(lines), Position::transit, packet) == "?");
        packet.protocol = kIcmp;
        packet.icmp_type = 3;
        CHECK(verdict(dropping(lines), Position::transit, packet) == "A");
    }
    CHECK(verdict(dropping(":PREROUTING ACCEPT [0:0]\n"), Position::transit, packet) == "A");

    const auto leaving = [](const std::string& target, const std::string& in, Position position) {
        const Policy policy = load_text("*mangle\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n-A OUTPUT -p udp " +
                                        target + "\n-A POSTROUTING -o eth1 -j DROP\nCOMMIT\n" +
                                        "*filter\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n");
        Packet sent = datagram("10.0.0.1", "10.0.5.5");
        sent.in = in;
        sent.out = "eth0";
        return verdict(policy, position, sent);
    };
    CHECK(leaving("-j MARK --set-xmark 0x1/0xffffffff", "", Position::outbound) == "?");
    CHECK(leaving("-j TOS --set-tos 0x10/0xff", "", Position::outbound) == "?");
    CHECK(leaving("-j ACCEPT", "", Position::outbound) == "A");
    CHECK(leaving("-j MARK --set-xmark 0x1/0xffffffff", "eth2", Position::transit) == "A");
}
