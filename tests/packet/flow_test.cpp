#include "fwproof/packet/flow.hpp"

#include "fwproof/base/notation.hpp"
#include "fwproof/packet/packet.hpp"
#include "support/catch.hpp"
#include "support/tiny.hpp"

using namespace fwproof;

namespace {

Result<FlowQuery> parse(std::string text) {
    return parse_flow(std::make_shared<const Source>("flow", std::move(text)));
}

}  // namespace

TEST_CASE("flows are read") {
    struct Row {
        const char* text;
        const char* header;
        bool single;
    };
    const Row rows[] = {
        {"tcp 10.1.2.3:40000 > 10.9.8.7:5723 in inside",
         "tcp 10.1.2.3:40000 > 10.9.8.7:5723 in inside state new flags SYN", true},
        {"tcp 10.1.2.3 > 10.9.8.7:5723", "tcp 10.1.2.3 > 10.9.8.7:5723 state new flags SYN", true},
        {"tcp 10.1.2.3 > 10.9.8.7", "tcp 10.1.2.3 > 10.9.8.7 state new flags SYN", false},
        {"udp 2001:db8::1 > [2001:db8::2]:53", "udp 2001:db8::1 > [2001:db8::2]:53 state new", true},
        {"icmp 10.1.2.3 > 10.9.8.7 icmp 8", "icmp 10.1.2.3 > 10.9.8.7 state new icmp 8", false},
        {"icmp 10.1.2.3 > 10.9.8.7 icmp 8/0", "icmp 10.1.2.3 > 10.9.8.7 state new icmp 8/0", true},
        {"icmp6 any > 2001:db8::1 icmp 2", "icmpv6 any > 2001:db8::1 state new icmp 2", false},
        {"1 any > 2001:db8::1", "icmp any > 2001:db8::1 state new", false},
        {"esp 10.1.2.3 > 10.9.8.7", "esp 10.1.2.3 > 10.9.8.7 state new", true},
        {"tcp 10.0.0.0/8 > any:443 state established flags ACK", "tcp 10.0.0.0/8 > any:443 state established flags ACK",
         false},
        {"any any > any", "any any > any state new", false},
        {"tcp any > any state new,established", "tcp any > any state new,established", false},
        {"tcp any > any state any", "tcp any > any", false},
    };
    for (const auto& row : rows) {
        INFO(row.text);
        const auto flow = parse(row.text);
        REQUIRE(flow);
        CHECK(to_exact_string(flow->header) == row.header);
        CHECK(flow->single == row.single);
    }
    const auto full =
        parse("tcp 10.1.2.3 > 10.9.8.7:443 at OUTSIDE in eth0 program \"C:\\a b\\x.exe\" service W32Time out eth1");
    REQUIRE(full);
    CHECK(full->at == "OUTSIDE");
    CHECK(full->program == "C:\\a b\\x.exe");
    CHECK(full->service == "W32Time");
    CHECK(to_string(full->header.in) == "eth0");
    CHECK(to_string(full->header.out) == "eth1");
}

TEST_CASE("mistakes in a flow are shown") {
    struct Row {
        const char* text;
        const char* message;
    };
    const Row rows[] = {
        {"tcp any > any program C:\\Program Files\\x.exe",
         "flow:1:34: error: unknown word 'Files\\x.exe'\n    tcp any > any program C:\\Program Files\\x.exe\n"
         "                                     ^~~~~~~~~~~\nhint: quote a name that has blanks: program "
         "\"C:\\Program Files\\App\\app.exe\"\n"},
        {"tcp any > any att X",
         "flow:1:15: error: unknown word 'att'\n    tcp any > any att X\n                  ^~~\nhint: did you mean "
         "'at'?\n"},
        {"tcp any > any at",
         "flow:1:17: error: the chain, list or profile is missing\n    tcp any > any at\n                    ^\n"},
        {"tcp any > any at A at B",
         "flow:1:20: error: 'at' is given twice\n    tcp any > any at A at B\n                       ^~\nhint: give "
         "each word once\n"},
        {"tcp any > any in a at X in b",
         "flow:1:25: error: 'in' is given twice\n    tcp any > any in a at X in b\n                            "
         "^~\nhint: give each word once\n"},
        {"icmp any > 10.0.0.1:443",
         "flow:1:1: error: ports are given for a protocol without ports\n    icmp any > 10.0.0.1:443\n"
         "    ^~~~~~~~~~~~~~~~~~~~~~~\nhint: leave the ports out, or write tcp or udp\n"},
        {"ICMP any > 2001:db8::1 icmp 8",
         "flow:1:1: error: icmp is the protocol of IPv4, and the addresses are of IPv6\n"
         "    ICMP any > 2001:db8::1 icmp 8\n    ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n"
         "hint: write icmpv6, whose types are other ones (an echo is icmp 128); 1 is the protocol by its number\n"},
        {"icmp any > 2001:db8::1 icmp 8",
         "flow:1:1: error: icmp is the protocol of IPv4, and the addresses are of IPv6\n"
         "    icmp any > 2001:db8::1 icmp 8\n    ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n"
         "hint: write icmpv6, whose types are other ones (an echo is icmp 128); 1 is the protocol by its number\n"},
        {"tcp any > any program \"x",
         "flow:1:23: error: the program is not quoted correctly\n    tcp any > any program \"x\n"
         "                          ^~\nhint: close the quotes\n"},
    };
    for (const auto& row : rows) {
        const auto flow = parse(row.text);
        REQUIRE_FALSE(flow);
        CHECK(render(flow.error()) == row.message);
    }
}

TEST_CASE("every random product prints as a flow and reads back") {
    tiny::Products products(5);
    for (int round = 0; round < 2000; ++round) {
        const Product product = products.next();
        const auto source = std::make_shared<const Source>("flow", to_exact_string(product));
        WordReader words({source.get(), 0, static_cast<std::uint32_t>(source->text().size())});
        const auto back = parse_product(words);
        INFO(source->text());
        REQUIRE(back);
        REQUIRE(words.at_end());
        REQUIRE(*back == product);
    }
}

TEST_CASE("what a packet prints as is a flow with that packet in it") {
    for (const auto& packet : tiny::every_packet()) {
        const auto flow = parse(to_string(packet));
        INFO(to_string(packet));
        REQUIRE(flow);
        REQUIRE(flow->single);
        REQUIRE(contains(flow->header, packet));
    }
}

TEST_CASE("a packet is printed so that it is read back, whatever its interface is called") {
    for (const std::string name : {"eth0", "a b", "chp[ 8", "any", "none", "!x", "a,b", "eth+", "a\"b"}) {
        Packet packet;
        packet.source = *parse_address("10.0.0.1");
        packet.destination = *parse_address("10.0.0.2");
        packet.protocol = kTcp;
        packet.source_port = 1024;
        packet.destination_port = 80;
        packet.in = name;
        const std::string text = to_string(packet);
        INFO(text);
        const auto again = parse_flow(std::make_shared<const Source>("packet", text));
        REQUIRE(again);
        CHECK(contains(again->header, packet));
    }
}
