#include "fwproof/base/service.hpp"

#include "fwproof/base/notation.hpp"
#include "support/catch.hpp"

using namespace fwproof;

TEST_CASE("protocols have names and numbers") {
    CHECK(protocol_name(6) == "tcp");
    CHECK(protocol_name(58) == "icmpv6");
    CHECK(protocol_name(254) == "254");
    CHECK(parse_protocol("TCP") == std::uint8_t{6});
    CHECK(parse_protocol("ipv6-icmp") == std::uint8_t{58});
    CHECK(parse_protocol("icmp6") == std::uint8_t{58});
    CHECK(parse_protocol("255") == std::uint8_t{255});
    CHECK_FALSE(parse_protocol("256"));
    CHECK_FALSE(parse_protocol(""));
    CHECK_FALSE(parse_protocol("tcpp"));
    for (int number = 0; number < 256; ++number) {
        const auto protocol = static_cast<std::uint8_t>(number);
        CHECK(parse_protocol(protocol_name(protocol)) == protocol);
    }
    for (const std::uint8_t protocol : {kTcp, kUdp, kDccp, kSctp, kUdpLite}) CHECK(has_ports(protocol));
    CHECK_FALSE(has_ports(50));
    CHECK(has_icmp_type(kIcmp));
    CHECK(has_icmp_type(kIcmp6));
    CHECK_FALSE(has_icmp_type(kTcp));
}

TEST_CASE("port lists are read strictly") {
    struct Row {
        const char* text;
        const char* printed;  // null: refused
    };
    const Row rows[] = {
        {"443", "443"},
        {"0", "0"},
        {"65535", "65535"},
        {"0-65535", "any"},
        {"any", "any"},
        {"none", "none"},
        {"135,445,49152-65535", "135,445,49152-65535"},
        {"10-20,15-30,31", "10-31"},
        {"65536", nullptr},
        {"-1", nullptr},
        {"20-10", nullptr},
        {"", nullptr},
        {"80,", nullptr},
        {",80", nullptr},
        {"80 ", nullptr},
        {"80-", nullptr},
        {"http", nullptr},
    };
    for (const auto& row : rows) {
        INFO(row.text);
        const auto ports = parse_ports(row.text);
        REQUIRE(ports.has_value() == (row.printed != nullptr));
        if (ports) CHECK(to_string(*ports) == row.printed);
    }
}

TEST_CASE("service terms print and read back") {
    struct Row {
        const char* text;
        const char* printed;  // null: refused; "=": the same
    };
    const Row rows[] = {
        {"any", "="},
        {"none", "="},
        {"tcp", "="},
        {"tcp/443", "="},
        {"udp/53,1024-65535", "="},
        {"tcp/443 from 53", "="},
        {"tcp+udp/53", "="},
        {"udp+tcp", "tcp+udp"},
        {"50-51", "="},
        {"icmp", "="},
        {"icmp/8", "="},
        {"icmp/3/4", "="},
        {"icmp/3/0-3/4,8", "="},
        {"icmp/3-5", "="},
        {"icmp/3/4-5/6", "="},
        {"icmp+icmpv6/8", "="},
        {"icmp to 443", "="},
        {"tcp+icmp/443 icmp 8", "icmp+tcp/443 icmp 8"},
        {"any/443", "="},
        {"no-protocol", "="},
        {"tcp flags SYN", "="},
        {"tcp flags 0x02", "tcp flags SYN"},
        {"tcp flags syn,ack", "tcp flags SYN,ACK"},
        {"tcp flags none", "="},
        {"tcp flags never", "="},
        {"tcp flags 0x02,0x10-0x1f", "="},
        {"tcp/80,443 from 1024-65535 flags SYN", "="},
        {"tcp/443, udp/53, esp", "="},
        {"tcp/none", "="},
        {"tcp/", nullptr},
        {"tcp/x", nullptr},
        {"tcp/443,", nullptr},
        {"tcp/443 from", nullptr},
        {"tcp/443 with 5", nullptr},
        {"tcp flags SIN", nullptr},
        {"tcp flags 0x100", nullptr},
        {"icmp/256", nullptr},
        {"icmp/8/", nullptr},
        {"300", nullptr},
        {"51-50", nullptr},
        {"", nullptr},
    };
    for (const auto& row : rows) {
        INFO(row.text);
        const auto services = parse_services(row.text);
        REQUIRE(services.has_value() == (row.printed != nullptr));
        if (!services) continue;
        const std::string expected = std::string_view(row.printed) == "=" ? row.text : row.printed;
        CHECK(to_string(*services) == expected);
        CHECK(parse_services(to_string(*services)) == *services);
    }
}

TEST_CASE("a service by number has every port or the given ones") {
    CHECK(to_string(*service(kTcp)) == "tcp");
    CHECK(to_string(*service(kTcp, *parse_ports("443"))) == "tcp/443");
    CHECK(service(kTcp)->terms[0].icmp.is_all());
    CHECK(ServiceTerm{}.is_all());
    CHECK_FALSE(service(kTcp)->terms[0].is_all());
    CHECK(icmp_type(8) == IcmpSet::range(0x800, 0x8ff));
    CHECK(icmp_code(3, 4) == IcmpSet::of(0x304));
}
