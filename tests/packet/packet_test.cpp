#include "fwproof/packet/packet.hpp"

#include "support/catch.hpp"

using namespace fwproof;

namespace {

Packet tcp(std::uint16_t port) {
    Packet packet;
    packet.source = *parse_address("10.1.2.3");
    packet.destination = *parse_address("10.9.8.7");
    packet.source_port = 40000;
    packet.destination_port = port;
    packet.tcp_flags = kSyn;
    return packet;
}

Packet esp() {
    Packet packet = tcp(0);
    packet.protocol = 50;
    packet.source_port = 0;
    packet.tcp_flags = 0;
    return packet;
}

}  // namespace

TEST_CASE("a packet prints as a flow") {
    Packet packet = tcp(5723);
    packet.in = "inside";
    CHECK(to_string(packet) == "tcp 10.1.2.3:40000 > 10.9.8.7:5723 in inside");
    packet.tcp_flags = kSyn | kAck;
    packet.out = "dmz";
    CHECK(to_string(packet) == "tcp 10.1.2.3:40000 > 10.9.8.7:5723 in inside out dmz flags SYN,ACK");
    packet.state = State::established;
    packet.tcp_flags = kAck;
    CHECK(to_string(packet) == "tcp 10.1.2.3:40000 > 10.9.8.7:5723 in inside out dmz state established");
    CHECK(to_string(esp()) == "esp 10.1.2.3 > 10.9.8.7");

    Packet ping;
    ping.source = *parse_address("2001:db8::1");
    ping.destination = *parse_address("2001:db8::2");
    ping.protocol = kIcmp6;
    ping.icmp_type = 128;
    ping.fields = {{Field::source_mac, 0x020000000001}, {Field::ttl, 64}, {Field::tos, 0}};
    CHECK(to_string(ping) == "icmpv6 2001:db8::1 > 2001:db8::2 icmp 128/0 mac 02:00:00:00:00:01 ttl 64");

    Packet web = tcp(443);
    web.source = ping.source;
    web.destination = ping.destination;
    web.fields = {{Field::source_mac, kNoMac}};
    CHECK(to_string(web) == "tcp [2001:db8::1]:40000 > [2001:db8::2]:443 mac none");
}

TEST_CASE("a product contains the packets that pass every field") {
    Product product;
    CHECK(contains(product, tcp(443)));

    product.source = share(*parse_address_set("10.1.0.0/16"));
    product.services = service(kTcp, PortSet::of(443));
    CHECK(contains(product, tcp(443)));
    CHECK_FALSE(contains(product, tcp(80)));
    CHECK_FALSE(contains(product, esp()));

    product.source = share(*parse_address_set("10.2.0.0/16"));
    CHECK_FALSE(contains(product, tcp(443)));

    product = {};
    product.in = InterfaceSet{{{"eth", true}}, true};
    Packet packet = tcp(443);
    CHECK(contains(product, packet));
    packet.in = "eth0";
    CHECK_FALSE(contains(product, packet));

    product = {};
    product.fields = {{Field::ttl, IntervalSet<std::uint64_t>::range(1, 255)}};
    CHECK_FALSE(contains(product, packet));
    packet.fields[Field::ttl] = 64;
    CHECK(contains(product, packet));
}

TEST_CASE("a protocol without a field passes only a term that leaves the field whole") {
    ServiceTerm term;
    term.protocols = ProtocolSet{{kTcp, kTcp}, {50, 50}};
    const auto holds = [&](const Packet& packet) {
        Product product;
        product.services = share(ServiceSet{{term}});
        return contains(product, packet);
    };
    CHECK(holds(tcp(443)));
    CHECK(holds(esp()));
    term.destination_ports = PortSet::of(443);
    CHECK(holds(tcp(443)));
    CHECK_FALSE(holds(esp()));
    term.destination_ports = PortSet::all();
    term.tcp_flags = IntervalSet<std::uint8_t>::of(kSyn);
    CHECK(holds(tcp(443)));
    CHECK_FALSE(holds(esp()));
    term.tcp_flags = IntervalSet<std::uint8_t>::all();
    term.icmp = icmp_type(8);
    CHECK_FALSE(holds(tcp(443)));
}
