// Which packets leave by other interfaces than the routes say, and where their answers come back.
#include "analysis/diversion.hpp"

#include "fwproof/base/notation.hpp"
#include "fwproof/policy/text.hpp"
#include "support/flows.hpp"

using namespace fwproof;
using namespace fwproof::test;

namespace {

Policy policy_of(const std::string& lines) {
    const auto policy = parse_policy(std::make_shared<const Source>("policy", "vendor any\n" + lines));
    if (!policy) FAIL(render(policy.error()));
    return *policy;
}

Product header_of(std::string_view text) {
    const Source source("header", std::string(text));
    WordReader words({&source, 0, static_cast<std::uint32_t>(text.size())});
    const auto header = parse_product(words);
    if (!header) FAIL(render(header.error()));
    return *header;
}

// "to dmz tcp any > 192.0.2.9:80; rest ..."
std::string diverted(const std::string& lines, std::string_view header) {
    const DivertedPackets found = divert(policy_of(lines), header_of(header));
    std::string text;
    for (const auto& [packets, interfaces] : found.diverted) {
        text += text.empty() ? "to" : "; to";
        for (const auto& name : interfaces) text += " " + name;
        text += " " + to_string(packets);
    }
    for (const auto& product : found.rest) text += (text.empty() ? "rest " : "; rest ") + to_string(product);
    return text;
}

}  // namespace

TEST_CASE("packets are diverted as far as a diversion takes them") {
    const std::string one = "divert to dmz packets tcp any > 192.0.2.0/30:80 in outside\n";
    const std::string perhaps = "divert maybe to dmz packets any any > 192.0.2.0/30\n";
    const std::string kept = "divert packets tcp 10.0.0.0/8 > 192.0.2.0/30 in outside\n";
    struct Row {
        std::string lines;
        std::string_view header, found;
    };
    const Row rows[] = {
        {one, "tcp 10.1.1.1 > 192.0.2.1:80 in outside", "to dmz tcp 10.1.1.1 > 192.0.2.1:80 in outside"},
        {one, "tcp 10.1.1.1 > 192.0.2.1:81 in outside", "rest tcp 10.1.1.1 > 192.0.2.1:81 in outside"},
        {one, "tcp 10.1.1.1 > 192.0.2.1:80 in inside", "rest tcp 10.1.1.1 > 192.0.2.1:80 in inside"},
        {one, "udp 10.1.1.1 > 192.0.2.1:80 in outside", "rest udp 10.1.1.1 > 192.0.2.1:80 in outside"},
        // A header on several interfaces follows none that names one.
        {one, "tcp 10.1.1.1 > 192.0.2.1:80 in outside,inside", "rest tcp 10.1.1.1 > 192.0.2.1:80 in outside,inside"},
        {one, "tcp 10.1.1.1 > 192.0.2.3-192.0.2.4:80-81 in outside",
         "to dmz tcp 10.1.1.1 > 192.0.2.3:80 in outside; rest tcp 10.1.1.1 > 192.0.2.4:80-81 in outside; "
         "rest tcp 10.1.1.1 > 192.0.2.3:81 in outside"},
        {perhaps, "tcp 10.1.1.1 > 192.0.2.3-192.0.2.4:80",
         "to dmz tcp 10.1.1.1 > 192.0.2.3:80; rest tcp 10.1.1.1 > 192.0.2.3-192.0.2.4:80"},
        // The first that takes a packet counts, also where it leaves it to the routes.
        {kept + one, "tcp 10.1.1.1 > 192.0.2.1:80 in outside", "rest tcp 10.1.1.1 > 192.0.2.1:80 in outside"},
        {kept + one, "tcp 9.255.255.255-10.0.0.0 > 192.0.2.1:80 in outside",
         "to dmz tcp 9.255.255.255 > 192.0.2.1:80 in outside; rest tcp 10.0.0.0 > 192.0.2.1:80 in outside"},
        {"divert to a to b packets any any > 192.0.2.1\n" + perhaps, "icmp any4 > 192.0.2.1",
         "to a b icmp any4 > 192.0.2.1"},
        {"", "icmp any4 > 192.0.2.1", "rest icmp any4 > 192.0.2.1"},
        {one, "any any > any in outside",
         "to dmz tcp any > 192.0.2.0/30:80 in outside; rest any any > {0.0.0.0-192.0.1.255, 192.0.2.4-255.255.255.255, "
         "any6} in outside; rest {0-5+7-255, tcp/0-79,81-65535} any > 192.0.2.0/30 in outside"},
    };
    for (const Row& row : rows) {
        INFO(row.lines << row.header);
        CHECK(diverted(row.lines, row.header) == row.found);
    }
}

TEST_CASE("beyond so many pieces packets go both ways") {
    std::string lines;
    for (int i = 0; i < 500; ++i) {
        lines += "divert to dmz packets tcp 10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250) +
                 " > 192.0.2.1:" + std::to_string(1000 + 2 * i) + "\n";
    }
    const auto found = divert(policy_of(lines), header_of("tcp 10.0.0.0/16 > 192.0.2.1"));
    CHECK(found.diverted.size() == 500);
    CHECK(found.rest.size() <= 402);
}

TEST_CASE("answers come back where diverted packets went") {
    Policy policy = policy_of(
        "families IPv4\nreplies by-rules\ninterface dmz network 192.0.2.0/24\n"
        "interface inside network 10.1.0.0/16\ninterface outside network 198.51.100.0/24\n"
        "route 203.0.113.0/24 outside\ndivert to dmz packets tcp any > 203.0.113.10:80-443 in inside\n"
        "ruleset R default permit\npath transit\n  stage R\n");
    Topology topology;
    topology.firewalls = {transit("edge", policy)};
    const auto ways = [&](std::string_view to, std::string_view ports) {
        const auto found = find_crossings(topology, need(end("a", "a1", "10.1.0.11"), end("b", "b1", to), kTcp, ports));
        std::string text;
        for (const auto& crossing : found.crossings) {
            for (const auto& product : crossing.question) text += to_string(product) + "\n";
            for (const auto& product : crossing.reply) text += "back " + to_string(product) + "\n";
        }
        return text;
    };
    CHECK(ways("203.0.113.10", "80") ==
          "tcp 10.1.0.11:1024-65535 > 203.0.113.10:80 in inside out dmz flags SYN\n"
          "back tcp 203.0.113.10:80 > 10.1.0.11:1024-65535 in dmz out inside state established flags 0x10,0x12\n");
    CHECK(ways("203.0.113.11", "80") ==
          "tcp 10.1.0.11:1024-65535 > 203.0.113.11:80 in inside out outside flags SYN\n"
          "back tcp 203.0.113.11:80 > 10.1.0.11:1024-65535 in outside out inside state established flags 0x10,0x12\n");
    CHECK(ways("203.0.113.10", "79-80") ==
          "tcp 10.1.0.11:1024-65535 > 203.0.113.10:80 in inside out dmz flags SYN\n"
          "tcp 10.1.0.11:1024-65535 > 203.0.113.10:79 in inside out outside flags SYN\n"
          "back tcp 203.0.113.10:80 > 10.1.0.11:1024-65535 in dmz out inside state established flags 0x10,0x12\n"
          "back tcp 203.0.113.10:79 > 10.1.0.11:1024-65535 in outside out inside state established flags 0x10,0x12\n");
}
