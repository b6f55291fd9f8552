#include "fwproof/policy/text.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "fwproof/vendor/vendor.hpp"
#include "support/any_policy.hpp"
#include "support/catch.hpp"
#include "support/same_policy.hpp"

using namespace fwproof;

namespace {

Result<Policy> parse(std::string text) {
    return parse_policy(std::make_shared<const Source>("policy", std::move(text)));
}

void check_round_trip(const Policy& policy) {
    const std::string text = print_policy(policy);
    const auto back = parse(text);
    INFO(text);
    if (!back) INFO(render(back.error()));
    REQUIRE(back);
    REQUIRE(same_policy(policy, *back));
    REQUIRE(print_policy(*back) == text);
}

}  // namespace

TEST_CASE("a policy has one text") {
    const std::string text =
        "vendor asa\n"
        "device \"edge fw\"\n"
        "version 9.18\n"
        "families IPv4 IPv6\n"
        "replies tracked\n"
        "interface inside address 10.1.0.1 network 10.1.0.0/24 level 100 alias \"GigabitEthernet0/1\"\n"
        "interface mgmt level 100 aside bridge 1\n"
        "interface outside level 0 down\n"
        "route 0.0.0.0/0 mgmt outward\n"
        "route 0.0.0.0/0 outside\n"
        "divert to inside to dmz packets tcp any > 192.0.2.9:80 in outside\n"
        "divert maybe packets any any > 192.0.2.9\n"
        "object OLD unused services {tcp/8080}\n"
        "object WEB addresses {10.1.0.80-10.1.0.82}\n"
        "object WEB-PORTS services {tcp/80,443, icmp/8}\n"
        "impossible tcp any > any flags RST\n"
        "assumes \"the clock is right\"\n"
        "ruleset IN default deny\n"
        "  permit any any > any destination @WEB services @WEB-PORTS log name \"IN line 1\" comment \"web "
        "\\\"farm\\\"\"\n"
        "  maybe permit tcp any > any:3389 in inside because program \"C:\\\\a b.exe\" because user \"ops\"\n"
        "  disabled deny all\n"
        "  unknown tcp any > 10.0.0.1:25 at most all because \"unknown words\" \"foo\"\n"
        "  deny tcp any > 10.0.0.0/8:23 | udp any > any:69 state new answer tcp-reset\n"
        "  implicit jump IN#2 tcp any > any packet-mark !0x1/0xff translated yes originally \"udp any > any:5\"\n"
        "  set packet-mark keep 0x0 value 0x5 mask 0xff from connection-mark all\n"
        "  translate destination block 198.18.0.0-198.18.255.255 to 10.8.0.0 of any any > 198.18.0.0/16\n"
        "  translate source address 192.0.2.1 port unknown destination address unknown port 80 here of nothing\n"
        "  goto \"a list\" all\n"
        "  continue all\n"
        "ruleset IN unbound\n"
        "  return all\n"
        "ruleset \"a list\" default unknown\n"
        "path inbound domain\n"
        "  stage IN guard any 10.0.0.0/8 > any in inside\n"
        "  stage IN#2\n"
        "path transit\n"
        "leaving \"a list\"\n"
        "leaving IN guard any any4 > any\n";
    const auto policy = parse(text);
    if (!policy) FAIL(render(policy.error()));
    CHECK(print_policy(*policy) == text);
    CHECK(policy->rulesets[0].rules[0].match.any_of[0].header.destination == policy->objects[1].addresses);
    CHECK(policy->rulesets[0].rules[5].span.line() == 24);
    const std::string bare = print_policy(*policy, {.labels = false});
    CHECK(bare.find("IN line 1") == std::string::npos);
    CHECK(bare.find("assumes") == std::string::npos);
}

TEST_CASE("blank lines and remarks are skipped, order of rulesets is free") {
    const auto policy = parse("# a remark\n\nruleset A\n  jump B all # forward\nruleset B default permit\n");
    REQUIRE(policy);
    CHECK(std::get<Jump>(policy->rulesets[0].rules[0].action).to == 1);
}

TEST_CASE("what is wrong in a policy is said at its place") {
    struct Row {
        const char* text;
        const char* message;
    };
    const Row rows[] = {
        {"", "policy: error: the policy is empty\n"},
        {"vendr asa\n",
         "policy:1:1: error: unknown statement 'vendr'\n    vendr asa\n    ^~~~~\n"
         "hint: a policy starts with vendor, families, replies, interface, object or ruleset lines\n"},
        {"ruleset A\n  permitt all\n",
         "policy:2:3: error: unknown statement 'permitt'\n      permitt all\n      ^~~~~~~\nhint: did you mean "
         "'permit'?\n"},
        {"ruleset A\n  jump B all\n", "policy:2:8: error: no ruleset is named B\n      jump B all\n           ^\n"},
        {"ruleset A\n  permit all extra\n",
         "policy:2:14: error: unexpected 'extra'\n      permit all extra\n                 ^~~~~\n"},
        {"ruleset A\n  permit any any > any source @X\n",
         "policy:2:31: error: no object is named X\n      permit any any > any source @X\n"
         "                                  ^~\n"},
        {"ruleset A default allow\n",
         "policy:1:19: error: verdicts are permit, deny and unknown\n    ruleset A default allow\n"
         "                      ^~~~~\n"},
        {"ruleset A\n  translate source block 10.0.0.9-10.0.0.1 to 10.1.0.0 of all\n",
         "policy:2:26: error: FIRST-LAST to FIRST, two blocks of one family, is missing\n"
         "      translate source block 10.0.0.9-10.0.0.1 to 10.1.0.0 of all\n"
         "                             ^~~~~~~~~~~~~~~~~\n"},
        {"ruleset A\n  translate source block 10.0.0.0-10.0.0.9 to 255.255.255.250 of all\n",
         "policy:2:47: error: FIRST-LAST to FIRST, two blocks of one family, is missing\n"
         "      translate source block 10.0.0.0-10.0.0.9 to 255.255.255.250 of all\n"
         "                                                  ^~~~~~~~~~~~~~~\n"},
        {"stage A\n", "policy:1:1: error: a stage without a path\n    stage A\n    ^~~~~\n"},
    };
    for (const auto& row : rows) {
        const auto policy = parse(row.text);
        REQUIRE_FALSE(policy);
        CHECK(render(policy.error()) == row.message);
    }
}

TEST_CASE("every random policy prints and reads back") {
    tiny::Policies policies(17);
    for (int round = 0; round < 500; ++round) {
        Policy policy = policies.next();
        if (round % 3 == 0) {  // objects that rules share, some of one name
            for (auto& ruleset : policy.rulesets) {
                for (auto& rule : ruleset.rules) {
                    for (auto& match : rule.match.any_of) {
                        const std::string name = "object " + std::to_string(policies.products().below(4));
                        if (match.header.source)
                            policy.objects.push_back({name, match.header.source, nullptr, {}, true});
                        if (match.header.services) {
                            policy.objects.push_back({name, nullptr, match.header.services, {}, false});
                        }
                    }
                }
            }
        }
        check_round_trip(policy);
    }
}

TEST_CASE("every export among the fixtures prints and reads back") {
    namespace fs = std::filesystem;
    int policies = 0;
    for (const auto& entry : fs::recursive_directory_iterator(std::string(FWPROOF_ROOT) + "/fixtures/vendor")) {
        if (!entry.is_regular_file() || entry.file_size() > 200000) continue;
        std::ifstream in(entry.path(), std::ios::binary);
        std::ostringstream bytes;
        bytes << in.rdbuf();
        const auto source = std::make_shared<const Source>(entry.path().string(), bytes.str());
        const auto loaded = load_policies({entry.path().string(), {source}}, {});
        if (!loaded) continue;
        for (const auto& policy : *loaded) {
            INFO(entry.path());
            check_round_trip(policy);
            ++policies;
        }
    }
    CHECK(policies > 0);
}
