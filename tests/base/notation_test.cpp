#include "fwproof/base/notation.hpp"

#include "support/catch.hpp"

using namespace fwproof;

namespace {

struct Read {
    std::shared_ptr<const Source> source;
    Result<Product> product;
    std::string rest;
};

Read read(std::string text) {
    auto source = std::make_shared<const Source>("flow", std::move(text));
    WordReader words({source.get(), 0, static_cast<std::uint32_t>(source->text().size())});
    auto product = parse_product(words);
    return {source, std::move(product), std::string(words.peek())};
}

}  // namespace

TEST_CASE("quoting can be undone") {
    struct Row {
        std::string text, quoted_text, word;
    };
    const Row rows[] = {
        {"eth0", "\"eth0\"", "eth0"},
        {"", "\"\"", "\"\""},
        {"Local Area", "\"Local Area\"", "\"Local Area\""},
        {"a\"b\\c", "\"a\\\"b\\\\c\"", "\"a\\\"b\\\\c\""},
        {"x\ny\x1bz", "\"x\\ny\\x1bz\"", "\"x\\ny\\x1bz\""},
        {"eth+", "\"eth+\"", "\"eth+\""},
        {"caf\xc3\xa9", "\"caf\xc3\xa9\"", "caf\xc3\xa9"},
    };
    for (const auto& row : rows) {
        CHECK(quoted(row.text) == row.quoted_text);
        CHECK(unquoted(row.quoted_text) == row.text);
        CHECK(name_word(row.text) == row.word);
    }
    for (const char* bad : {"", "\"", "abc", "\"a", "\"a\"b", "\"\\\"", "\"\\xg0\"", "\"\\x1\""})
        CHECK_FALSE(unquoted(bad));
}

TEST_CASE("products print and read back") {
    struct Row {
        const char* text;
        const char* printed;  // "=": the same
    };
    const Row rows[] = {
        {"any any > any", "="},
        {"ip any > any", "any any > any"},
        {"tcp 10.0.0.0/8 > 10.9.8.7:443", "="},
        {"tcp 10.1.2.3:40000 > 10.9.8.7:5723 in inside", "="},
        {"tcp [2001:db8::1]:40000 > [2001:db8::2]:443", "="},
        {"tcp 2001:db8::1 > 2001:db8::/32", "="},
        {"tcp 2001:db8::1 > [2001:db8::2]", "tcp 2001:db8::1 > 2001:db8::2"},
        {"udp any:53 > {10.0.0.1, 10.0.0.9}:1024-65535", "="},
        {"udp {10.0.0.1, 10.0.0.9} > 10.0.0.5-10.0.0.7:53,123", "="},
        {"{tcp/443, udp/53} any > 10.0.0.1", "="},
        {"{any} {any} > any", "="},
        {"{none} none > any", "="},
        {"icmp any > any icmp 8", "="},
        {"icmpv6 any6 > any icmp 128/0", "="},
        {"tcp any > any flags SYN,ACK", "="},
        {"tcp any > any in eth0,eth1 out !eth+,tun0 state new,established", "="},
        {"any any > any in cali+ except cali0,cali9+ out +,eth0 except eth+", "="},
        {"any any > any out none", "="},
        {"any any > any in \"none\",\"Local Area Connection\"+ out +", "="},
        {"any any > any in never", "="},
        {"any any > any in any", "any any > any"},
        {"any any > any state none", "="},
        {"any any > any state any", "any any > any"},
        {"any any > any mac 02:00:5e:00:00:01-02:00:5e:00:00:05,none", "="},
        {"any any > any mac 02-00-5e-00-00-01", "any any > any mac 02:00:5e:00:00:01"},
        {"any any > any length 0-1500 ttl 64,128 tos 1 fragment 0", "="},
        {"any any > any opaque 7 ttl 0", "any any > any ttl 0 opaque 7"},
        {"any any > any ttl never", "="},
        {"any any > any source-kind unicast,local destination-kind broadcast", "="},
        {"any any > any packet-type unicast,multicast direction reply", "="},
        {"any any > any destination-kind 2,4-9", "any any > any destination-kind local,anycast-9"},
        {"any any > any destination-kind anycast-9", "="},
        {"any any > any:443", "{any/443} any > any"},
        {"{tcp, udp} any > any:53", "{tcp/53, udp/53} any > any"},
    };
    for (const auto& row : rows) {
        const Read first = read(row.text);
        INFO(row.text << "\n" << (first.product ? "" : render(first.product.error())));
        REQUIRE(first.product);
        CHECK(first.rest.empty());
        const std::string printed = to_exact_string(*first.product);
        CHECK(printed == (std::string_view(row.printed) == "=" ? row.text : row.printed));
        const Read second = read(printed);
        REQUIRE(second.product);
        CHECK(*second.product == *first.product);
    }
    CHECK(read("tcp any > any at OUTSIDE").rest == "at");
}

TEST_CASE("the flow notation leaves out the state of a first packet") {
    const Read flow = read("tcp any > any state new");
    CHECK(to_string(*flow.product) == "tcp any > any");
    CHECK(to_exact_string(*flow.product) == "tcp any > any state new");
}

TEST_CASE("what is wrong in a product is said at its place") {
    struct Row {
        const char* text;
        const char* message;
    };
    const Row rows[] = {
        {"",
         "flow:1:1: error: no flow is given\n    \n    ^\n"
         "hint: write PROTO SRC[:PORT] > DST[:PORT], as in 'tcp 10.1.2.3 > 10.9.8.7:443'\n"},
        {"tcpp any > any",
         "flow:1:1: error: unknown protocol 'tcpp'\n    tcpp any > any\n    ^~~~\nhint: did you mean 'tcp'?\n"},
        {"tcp any any",
         "flow:1:9: error: expected '>' between source and destination\n    tcp any any\n            ^~~\n"
         "hint: write PROTO SRC[:PORT] > DST[:PORT], as in 'tcp 10.1.2.3 > 10.9.8.7:443'\n"},
        {"tcp > any",
         "flow:1:5: error: the source is missing\n    tcp > any\n        ^\n"
         "hint: write PROTO SRC[:PORT] > DST[:PORT], as in 'tcp 10.1.2.3 > 10.9.8.7:443'\n"},
        {"tcp any >",
         "flow:1:10: error: the destination is missing\n    tcp any >\n             ^\n"
         "hint: write PROTO SRC[:PORT] > DST[:PORT], as in 'tcp 10.1.2.3 > 10.9.8.7:443'\n"},
        {"tcp any > 10.0.0.300:443",
         "flow:1:11: error: '10.0.0.300' is no address\n    tcp any > 10.0.0.300:443\n              ^~~~~~~~~~\n"
         "hint: write an address, a prefix (10.0.0.0/8), a range (10.0.0.1-10.0.0.9) or any\n"},
        {"tcp any > 10.0.0.3:99999",
         "flow:1:20: error: '99999' is no port\n    tcp any > 10.0.0.3:99999\n                       ^~~~~\n"
         "hint: write a number from 0 to 65535, a range (1024-65535) or several: 80,443\n"},
        {"tcp any > [2001:db8::1:443",
         "flow:1:11: error: '[2001:db8::1:443' is no destination\n    tcp any > [2001:db8::1:443\n"
         "              ^~~~~~~~~~~~~~~~\n"
         "hint: write ADDRESS or ADDRESS:PORT; an IPv6 address with a port in brackets: [2001:db8::1]:443\n"},
        {"tcp any > any state nwe",
         "flow:1:21: error: unknown state 'nwe'\n    tcp any > any state nwe\n                        ^~~\n"
         "hint: states are new, established, related, invalid and untracked\n"},
        {"tcp any > any in eth0 in eth1",
         "flow:1:23: error: 'in' is given twice\n    tcp any > any in eth0 in eth1\n                          ^~\n"
         "hint: give each word once\n"},
        {"tcp any > any flags SIN",
         "flow:1:21: error: 'SIN' are no TCP flags\n    tcp any > any flags SIN\n                        ^~~\n"
         "hint: write those that are set: SYN,ACK; or none\n"},
        {"icmp any > any icmp echo",
         "flow:1:21: error: 'echo' is no ICMP type\n    icmp any > any icmp echo\n                        ^~~~\n"
         "hint: write TYPE or TYPE/CODE as numbers: icmp 8, icmp 3/4\n"},
        {"any any > any ttl x",
         "flow:1:19: error: 'x' is no value of ttl\n    any any > any ttl x\n                      ^\n"
         "hint: write a number, a range or several: 1,5-9\n"},
        {"any any > any in",
         "flow:1:17: error: the interface is missing\n    any any > any in\n                    ^\n"
         "hint: write for example 'in eth0'\n"},
        {"{tcp/x} any > any",
         "flow:1:1: error: '{tcp/x}' is no list of services\n    {tcp/x} any > any\n    ^~~~~~~\n"
         "hint: write for example {tcp/443, udp/53, icmp/8}\n"},
    };
    for (const auto& row : rows) {
        const Read result = read(row.text);
        REQUIRE_FALSE(result.product);
        CHECK(render(result.product.error()) == row.message);
    }
}
