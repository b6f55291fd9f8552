// What captures hold around a configuration.
#include "support/catch.hpp"
#include "vendor/asa/reading.hpp"

using namespace fwproof;
using namespace fwproof::asa_test;

namespace {

std::string rules_of(const Policy& policy, std::string_view list) {
    std::string text;
    for (const auto& ruleset : policy.rulesets) {
        if (ruleset.name != list) continue;
        for (const auto& rule : ruleset.rules) {
            text += rule.name + (rule.enabled ? ": " : " (disabled): ");
            for (const auto& match : rule.match.any_of) text += to_string(match.header) + "; ";
            text += "\n";
        }
    }
    return text;
}

std::string replace_all(std::string text, const std::string& from, const std::string& to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
        text.replace(at, from.size(), to);
    return text;
}

const std::string kLists =
    "access-list OUT extended deny ip any host 192.0.2.10\n"
    "access-list OUT extended permit tcp any any eq www\n";
const std::string kRead =
    "OUT line 1: any any > 192.0.2.10; \n"
    "OUT line 2: tcp any > any:80; \n";

}  // namespace

TEST_CASE("line ends of every kind") {
    for (const char* end : {"\r\n", "\r\r\n", "\r", " \r\n", "\t\n", "\n\n"}) {
        INFO(std::string(end));
        const Policy policy = read(replace_all(std::string(kBase) + kLists, "\n", end));
        CHECK(rules_of(policy, "OUT") == kRead);
        CHECK(notes_text(policy).empty());
    }
}

TEST_CASE("show version says the release that no other line says") {
    const auto with = [](const std::string& line, const std::string& more = {}) {
        return read("fw1# show version\n\n" + line + "\nDevice Manager Version 7.12(2)\n\nfw1 up 120 days\n" +
                    "fw1# show running-config access-list\n" + more + kLists)
            .version;
    };
    CHECK(with("Cisco Adaptive Security Appliance Software Version 9.12(4)37 ") == "9.12(4)37");
    CHECK(with("Cisco PIX Security Appliance Software Version 7.2(4)") == "7.2(4)");
    CHECK(with("Cisco PIX Firewall Version 6.3(5)") == "6.3(5)");
    CHECK(with("FWSM Firewall Version 3.2(18)") == "3.2(18)");
    CHECK(with("Cisco Adaptive Security Appliance Software Version 9.12(4)37 ", "ASA Version 8.2(5)\n") == "8.2(5)");
    CHECK(with("Cisco IOS Software, Version 15.1(4)M").empty());
}

TEST_CASE("pager residue does not hide the line behind it") {
    for (const char* residue : {"<--- More --->\r              \r", "<--- More --->\b\b\b\b              \b\b\b\b",
                                "<--- More --->\r\x1b[K", "<--- More --->              ", "<--- More --->"}) {
        const Policy policy = read(std::string(kBase) + residue + kLists);
        INFO(notes_text(policy));
        CHECK(rules_of(policy, "OUT") == kRead);
        CHECK(notes_text(policy).empty());
    }
}

TEST_CASE("a rule's place is its statement, without pager residue or prompt") {
    const Policy policy =
        read(std::string(kBase) + "<--- More --->\r              \raccess-list OUT extended permit ip any any  \r\n" +
             "edge(config)# access-list OUT extended permit udp any any\n");
    const Ruleset* out = nullptr;
    for (const auto& ruleset : policy.rulesets) {
        if (ruleset.name == "OUT") out = &ruleset;
    }
    REQUIRE(out != nullptr);
    REQUIRE(out->rules.size() == 2);
    CHECK(out->rules[0].span.text() == "access-list OUT extended permit ip any any");
    CHECK(out->rules[1].span.text() == "access-list OUT extended permit udp any any");
    CHECK(out->rules[1].span.column() == 15);
}

TEST_CASE("a terminal log with prompts and commands") {
    const Policy policy = read(
        "=~=~=~=~=~=~=~=~=~=~=~= PuTTY log 2026.01.02 03:04:05 =~=~=~=~=~=~=~=~=~=~=~=\n"
        "login as: someone\nedge/pri/act> enable\nPassword: ********\nedge/pri/act# terminal pager 0\n"
        "edge/pri/act# show running-config\n: Saved\n\n: \n: Serial Number: X\n:\n" +
        std::string(kBase) + kLists +
        "Cryptochecksum:0123456789abcdef0123456789abcdef\n: end\nedge/pri/act# exit\n\nLogoff\n");
    CHECK(rules_of(policy, "OUT") == kRead);
    CHECK(policy.device == "edge");
    CHECK(notes_text(policy) == "");
}

TEST_CASE("a context is named by the version line, unless that holds the word alone") {
    const auto device = [](const std::string& word) {
        return read(replace_all(std::string(kBase), "9.16(4)\n", "9.16(4) <" + word + ">\n")).device;
    };
    CHECK(device("context") == "edge");
    CHECK(device("system") == "edge/system");
    CHECK(device("red") == "edge/red");
}

TEST_CASE("indentation is no part of the language") {
    const std::string flat =
        replace_all(std::string(kBase) + "object-group network G\n network-object host 10.1.1.1\n description x y\n" +
                        "object-group service S tcp\n port-object eq www\n" +
                        "access-list OUT extended permit tcp object-group G any object-group S\n",
                    "\n ", "\n");
    const std::string expected = "OUT line 1: tcp 10.1.1.1 > any:80; \n";
    for (const std::string& text : {flat, replace_all(flat, "\n", "\n  "), replace_all(flat, "\n", "\n\t")}) {
        const Policy policy = read(text);
        INFO(text);
        CHECK(notes_text(policy) == "");
        CHECK(rules_of(policy, "OUT") == expected);
        CHECK(policy.interfaces.size() == 3);
    }
    const Policy exits =
        read(replace_all(std::string(kBase) + "object-group network G\n  network-object host 10.1.1.1\n  exit\n"
                                              "access-list OUT extended permit ip object-group G any\n",
                         "\n ", "\n  "));
    CHECK(rules_of(exits, "OUT") == "OUT line 1: any 10.1.1.1 > any; \n");
}

TEST_CASE("show tech-support holds one configuration among other sections") {
    const std::string config = std::string(kBase) + kLists;
    const std::string other =
        "------------------ show access-list ------------------\n\naccess-list OUT; 9 elements; name hash: 0x1\n"
        "------------------ show blocks ------------------\n\n  SIZE    MAX    LOW    CNT\n";
    const std::string heading = "------------------ show running-config ------------------\n\n";
    const Policy once = read("Result of the command: \"show tech\"\n" + other + heading + config + other);
    CHECK(rules_of(once, "OUT") == kRead);
    CHECK(notes_text(once) == "");
    const Policy twice = read(other + heading + ": Saved\n" + config + other + heading + config + "Cryptochecksum:1\n");
    CHECK(rules_of(twice, "OUT") == kRead);
    const auto differ =
        read_all(heading + config + other + heading + config + "access-list OUT extended permit ip any any\n");
    REQUIRE_FALSE(differ);
    CHECK(render(differ.error()) ==
          "edge.cfg:45:1: error: the capture holds two copies of the running configuration, and they differ\n"
          "    access-list OUT extended permit ip any any\n"
          "    ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n"
          "hint: keep the section that is in force and remove the other\n");
}

TEST_CASE("several devices in one file stay apart") {
    const auto policies = read_all(": Saved\n" + std::string(kBase) + kLists +
                                   ": end\n: Saved\nASA Version 9.2(2)4 <blue>\nhostname other\n"
                                   "access-list OUT extended permit udp any any\n: end\n");
    REQUIRE(policies);
    REQUIRE(policies->size() == 2);
    CHECK((*policies)[0].device == "edge");
    CHECK(rules_of((*policies)[0], "OUT") == kRead);
    CHECK((*policies)[1].device == "other/blue");
    CHECK((*policies)[1].version == "9.2(2)4");
    CHECK(rules_of((*policies)[1], "OUT") == "OUT line 1: udp any > any; \n");
}

TEST_CASE("the system context beside others is no device") {
    const Policy policy = read(
        "mc/act# show running-config\nASA Version 9.12(4) <system>\nhostname mc\ninterface GigabitEthernet0/0\n!\n"
        "context RED\n  config-url disk0:/red.cfg\n!\nmc/act# changeto context RED\nmc/RED/act# show running-config\n" +
        std::string(kBase) + kLists);
    CHECK(policy.device == "edge");
    CHECK(rules_of(policy, "OUT") == kRead);
}

TEST_CASE("devices without a version line are told by their host names") {
    const auto policies = read_all(
        "hostname a\naccess-list OUT extended permit udp any any\nhostname b\n"
        "access-list OUT extended permit tcp any any\n");
    REQUIRE(policies);
    REQUIRE(policies->size() == 2);
    CHECK(rules_of((*policies)[0], "OUT") == "OUT line 1: udp any > any; \n");
    CHECK(rules_of((*policies)[1], "OUT") == "OUT line 1: tcp any > any; \n");
}

TEST_CASE("words of the language inside other blocks are no statements") {
    const Policy policy =
        read(std::string(kBase) + kLists +
             "banner motd access-list OUT extended permit ip any any\n"
             "crypto ca certificate chain X\n certificate ca 0123456789abcdef\n    30820371 30820259\n  quit\n"
             "class-map C\n match access-list OUT\nalias exec sacl sh access-list OUT\n"
             "command-alias exec sacl show access-list\nprompt hostname context\n"
             "capture c match ip any any\nthreat-detection statistics access-list\n"
             "group-policy P attributes\n vpn-filter value OUT\n banner value access-list OUT deny ip any any\n");
    CHECK(rules_of(policy, "OUT") == kRead);
    CHECK(notes_text(policy) == "");
}

TEST_CASE("remarks and descriptions may hold any byte") {
    const Policy policy = read(std::string(kBase) + "access-list OUT remark caf\xe9 \xff\xfe \x01\n" + kLists);
    CHECK(rules_of(policy, "OUT") == "OUT line 2: any any > 192.0.2.10; \nOUT line 3: tcp any > any:80; \n");
    CHECK(policy.rulesets[0].rules[0].comment == "caf\xe9 \xff\xfe \x01");
}

TEST_CASE("show access-list counts a rule and its expansion once") {
    const Policy policy = read(
        "access-list cached ACL log flows: total 0, denied 0 (deny-flow-max 4096)\n            alert-interval 300\n"
        "access-list OUT; 3 elements; name hash: 0xcb4257a3\n"
        "access-list OUT line 1 remark web\n"
        "access-list OUT line 2 extended permit tcp any object-group A eq www (hitcnt=7) 0x1234abcd\n"
        "  access-list OUT line 2 extended permit tcp any host 192.0.2.10 eq www (hitcnt=5) 0x20db5032 \n"
        "  access-list OUT line 2 extended permit tcp any host 192.0.2.11 (web.example.com) eq www (hitcnt=2) "
        "0x3a3b3c3d\n"
        "access-list OUT line 3 extended deny ip any any log informational interval 300 (hitcnt=9) 0x1\n");
    INFO(notes_text(policy));
    CHECK(rules_of(policy, "OUT") ==
          "OUT line 2: tcp any > 192.0.2.10:80; tcp any > 192.0.2.11:80; \n"
          "OUT line 3: any any > any; \n");
    CHECK(policy.rulesets[0].rules[0].hits == 7);
    CHECK(policy.rulesets[0].rules[0].comment == "web");
    CHECK(policy.rulesets[0].rules[1].logs);
    CHECK(ask(policy, question("a>b tcp 198.51.100.9:1 > 192.0.2.11:80")) == Verdict::permit);
    CHECK(ask(policy, question("a>b tcp 198.51.100.9:1 > 192.0.2.12:80")) == Verdict::deny);
}

TEST_CASE("show access-list that was cut says so") {
    const Policy policy = read(
        "access-list OUT; 888 elements; name hash: 0xcb4257a3\n"
        "access-list OUT line 1 extended permit tcp any any eq www (hitcnt=7) 0x1234abcd\n");
    CHECK_THAT(notes_text(policy),
               Catch::Matchers::Contains("1:1 partial-export: the list 'OUT' has 888 elements, but 1 stand here "
                                         "[capture the whole output]\n"));
}

TEST_CASE("names that DNS had not resolved are inactive expansions") {
    const Policy policy = read(
        "access-list OUT; 2 elements; name hash: 0xcb4257a3\n"
        "access-list OUT line 1 extended permit tcp any object-group A eq www (hitcnt=0) 0x1\n"
        "  access-list OUT line 1 extended permit tcp any host 192.0.2.10 eq www (hitcnt=0) 0x1\n"
        "  access-list OUT line 1 extended permit tcp any fqdn www.example.com (unresolved) eq www (inactive) 0x1\n");
    CHECK(ask(policy, question("a>b tcp 198.51.100.9:1 > 192.0.2.10:80")) == Verdict::permit);
    CHECK(ask(policy, question("a>b tcp 198.51.100.9:1 > 192.0.2.11:80")) == Verdict::unknown);
    CHECK(ask(policy, question("a>b tcp 198.51.100.9:1 > 192.0.2.11:81")) == Verdict::deny);
}

TEST_CASE("lines of show access-list are known without their header") {
    const Policy policy = read(
        "access-list OUT line 1 extended permit tcp any object-group A eq www (hitcnt=7) 0x1234abcd\n"
        "  access-list OUT line 1 extended permit tcp any host 192.0.2.10 eq www (hitcnt=5) 0x20db5032\n"
        "  access-list OUT line 1 extended permit tcp any host 192.0.2.11 eq www (hitcnt=2) 0x3a3b3c3d\n"
        "access-list OUT line 2 extended deny ip any any (hitcnt=9) 0x1\n");
    CHECK(rules_of(policy, "OUT") ==
          "OUT line 1: tcp any > 192.0.2.10:80; tcp any > 192.0.2.11:80; \n"
          "OUT line 2: any any > any; \n");
}

TEST_CASE("counts behind addresses are no part of them") {
    const Policy policy = read(
        "object-group network A\n network-object host 192.0.2.10\n"
        "access-list OUT; 2 elements; name hash: 0xcb4257a3\n"
        "access-list OUT line 1 extended permit tcp any(65537) object-group A(298) eq www (hitcnt=0) 0x1\n"
        "access-list OUT line 2 extended permit udp object-group A (298) any (hitcnt=0) 0x2\n");
    CHECK(rules_of(policy, "OUT") ==
          "OUT line 1: tcp any > 192.0.2.10:80; \n"
          "OUT line 2: udp 192.0.2.10 > any; \n");
}

TEST_CASE("of show tech-support the configuration in force counts, not the saved one") {
    const std::string running = "------------------ show running-config ------------------\n\n";
    const std::string startup = "------------------ show startup-config ------------------\n\n";
    const std::string old = std::string(kBase) + "access-list OUT extended permit ip any any\n";
    CHECK(rules_of(read(startup + old + running + std::string(kBase) + kLists), "OUT") == kRead);
    CHECK(rules_of(read(startup + std::string(kBase) + kLists), "OUT") == kRead);
}

TEST_CASE("a capture that stops before the end of the configuration says so") {
    const std::string whole = ": Saved\n" + std::string(kBase) + kLists;
    CHECK_THAT(notes_text(read(whole)),
               Catch::Matchers::Contains(
                   "18:1 partial-export: the configuration has no ': end': what stood behind this line is "
                   "not known [capture the whole output]\n"));
    CHECK(notes_text(read(whole + "Cryptochecksum:0123456789abcdef0123456789abcdef\n: end\n")).empty());
}

TEST_CASE("a byte order mark is no part of the first line") {
    const Policy policy = read("\xef\xbb\xbf" + std::string(kBase) + kLists);
    CHECK(rules_of(policy, "OUT") == kRead);
    CHECK(policy.version == "9.16(4)");
}
