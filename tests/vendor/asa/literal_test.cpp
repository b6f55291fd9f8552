#include "vendor/asa/literals.hpp"

#include "fwproof/base/service.hpp"
#include "support/catch.hpp"

using namespace fwproof;
using namespace fwproof::asa;

TEST_CASE("ports are Cisco's, by protocol") {
    struct Row {
        const char* word;
        int tcp;
        int udp;
    };
    // What other tools get wrong, and what differs between the protocols.
    for (const auto& row :
         std::vector<Row>{{"ftp", 21, -1},        {"ftp-data", 20, -1},      {"kerberos", 750, 750},
                          {"radius", -1, 1645},   {"radius-acct", -1, 1646}, {"secureid-udp", -1, 5510},
                          {"dnsix", -1, 195},     {"rtsp", 554, -1},         {"sip", 5060, 5060},
                          {"discard", 9, 9},      {"cifs", 3020, 3020},      {"syslog", -1, 514},
                          {"rsh", 514, -1},       {"www", 80, 80},           {"time", -1, 37},
                          {"sunrpc", 111, 111},   {"https", 443, -1},        {"vxlan", -1, 4789},
                          {"http-proxy", -1, -1}, {"65535", 65535, 65535},   {"65536", -1, -1},
                          {"-1", -1, -1},         {"+80", -1, -1},           {"", -1, -1}}) {
        INFO(row.word);
        CHECK(port_of(row.word, kTcp) ==
              (row.tcp < 0 ? std::nullopt : std::optional(static_cast<std::uint16_t>(row.tcp))));
        CHECK(port_of(row.word, kUdp) ==
              (row.udp < 0 ? std::nullopt : std::optional(static_cast<std::uint16_t>(row.udp))));
    }
    CHECK_FALSE(port_of("www", kSctp));
    CHECK(port_of("2905", kSctp) == 2905);
    CHECK(port_of_both("domain") == 53);
    CHECK_FALSE(port_of_both("rtsp"));
    CHECK(port_word_protocols("syslog") == "udp");
}

TEST_CASE("a port prints as the device prints it") {
    CHECK(port_text(80, kTcp) == "www");
    CHECK(port_text(111, kUdp) == "sunrpc");
    CHECK(port_text(514, kTcp) == "rsh");
    CHECK(port_text(88, kTcp) == "88");
    CHECK(port_text(554, kUdp) == "554");
}

TEST_CASE("protocols") {
    CHECK(protocol_of("gre") == 47);
    CHECK(protocol_of("pptp") == 47);
    CHECK(protocol_of("ipsec") == 50);
    CHECK(protocol_of("nos") == 94);
    CHECK(protocol_of("255") == 255);
    CHECK_FALSE(protocol_of("256"));
    CHECK_FALSE(protocol_of("ip"));
    CHECK_FALSE(protocol_of("ipv6"));
}

TEST_CASE("ICMP types") {
    CHECK(icmp_type_of("echo", kIcmp) == 8);
    CHECK(icmp_type_of("echo", kIcmp6) == 128);
    CHECK(icmp_type_of("unreachable", kIcmp6) == 1);
    CHECK(icmp_type_of("mobile-redirect", kIcmp) == 32);
    CHECK_FALSE(icmp_type_of("packet-too-big", kIcmp));
    CHECK_FALSE(icmp_type_of("ttl-exceeded", kIcmp));
}
