// A baseline hides what was there before, however it is moved, renumbered or renamed, and nothing else.
#include "support/catch.hpp"
#include "support/program.hpp"

namespace {

constexpr const char* kBefore =
    "ASA Version 9.16(4)\nhostname edge1\n"
    "interface Gi0/0\n nameif outside\n security-level 0\n ip address 192.0.2.1 255.255.255.0\n"
    "interface Gi0/1\n nameif inside\n security-level 100\n ip address 10.1.0.1 255.255.0.0\n"
    "object-group network WEB\n network-object host 10.2.0.9\n"
    "access-list OUT extended permit tcp any object-group WEB eq ssh\n"
    "access-list OUT extended permit tcp any host 10.2.0.9 eq 22\n"
    "access-group OUT in interface outside\n";

// The same rules: the list and the group have other names, and two remarks and a harmless rule stand before them.
constexpr const char* kMoved =
    "ASA Version 9.16(4)\nhostname edge1\n"
    "interface Gi0/0\n nameif outside\n security-level 0\n ip address 192.0.2.1 255.255.255.0\n"
    "interface Gi0/1\n nameif inside\n security-level 100\n ip address 10.1.0.1 255.255.0.0\n"
    "object-group network SERVERS\n network-object host 10.2.0.9\n"
    "access-list FROM-INTERNET remark reviewed\naccess-list FROM-INTERNET remark in November\n"
    "access-list FROM-INTERNET extended permit tcp any host 10.2.0.8 eq https\n"
    "access-list FROM-INTERNET extended permit tcp any object-group SERVERS eq ssh\n"
    "access-list FROM-INTERNET extended permit tcp any host 10.2.0.9 eq 22\n"
    "access-group FROM-INTERNET in interface outside\n";

const std::string kChecks = "admin-port-from-untrusted,duplicate-rule,any-to-any";

}  // namespace

TEST_CASE("what the baseline has is counted and not shown; what is new is shown") {
    const std::string here = fresh_directory("baseline");
    write_file(here, "edge.cfg", kBefore);
    const Ran wrote = run_fwproof({"lint", "--select", kChecks, "--write-baseline", "known.json", "edge.cfg"}, here);
    CHECK(wrote.status == 1);
    CHECK(wrote.out.find("\n1 error, 1 warning, no note; ") != std::string::npos);

    write_file(here, "edge.cfg", kMoved);
    const Ran same = run_fwproof({"lint", "--select", kChecks, "--baseline", "known.json", "edge.cfg"}, here);
    CHECK(same.status == 0);
    CHECK(same.out.find("[admin-port-from-untrusted]") == std::string::npos);
    CHECK(same.out.find("\nno error, no warning, no note, 2 in the baseline; ") != std::string::npos);

    write_file(here, "edge.cfg", std::string(kMoved) + "access-list FROM-INTERNET extended permit ip any any\n");
    const Ran more = run_fwproof({"lint", "--select", kChecks, "--baseline", "known.json", "edge.cfg"}, here);
    CHECK(more.status == 1);
    CHECK(more.out.find("[any-to-any]") != std::string::npos);
    CHECK(more.out.find("\n1 error, no warning, no note, 2 in the baseline; ") != std::string::npos);
}

TEST_CASE("a rule that becomes wider is new again") {
    const std::string here = fresh_directory("baseline-wider");
    write_file(here, "rules.v4",
               "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n"
               "-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT\n");
    run_fwproof({"lint", "--select", "FW211", "--write-baseline", "known.json", "rules.v4"}, here);
    write_file(here, "rules.v4",
               "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n"
               "-A INPUT -p tcp -m tcp --dport 22:23 -j ACCEPT\nCOMMIT\n");
    const Ran ran = run_fwproof({"lint", "--select", "FW211", "--baseline", "known.json", "rules.v4"}, here);
    CHECK(ran.status == 1);
    CHECK(ran.out.find("tcp/22 (SSH) and tcp/23 (Telnet)") != std::string::npos);
}

TEST_CASE("what is no baseline is refused") {
    const std::string here = fresh_directory("baseline-bad");
    write_file(here, "rules.v4", "*filter\n:INPUT DROP [0:0]\nCOMMIT\n");
    struct Case {
        std::string text, message;
    };
    const std::vector<Case> cases = {
        {"[]", "known.json: error: is no baseline: it is not a JSON object; write it with --write-baseline\n"},
        {"{", "known.json: error: is no baseline: it is not a JSON object; write it with --write-baseline\n"},
        {"{\"format\": \"x\"}",
         "known.json: error: is no baseline: its format is not fwproof-baseline/1; write it with --write-baseline\n"},
        {"{\"format\": \"fwproof-baseline/1\"}",
         "known.json: error: is no baseline: it has no findings; write it with --write-baseline\n"},
        {"{\"format\": \"fwproof-baseline/1\", \"findings\": [1]}",
         "known.json: error: is no baseline: finding 1 has no fingerprint; write it with --write-baseline\n"},
        {"{\"format\": \"fwproof-baseline/1\", \"findings\": [{\"fingerprint\": \"a\"}]}",
         "known.json: error: is no baseline: finding 1 has no severity; write it with --write-baseline\n"},
    };
    for (const auto& [text, message] : cases) {
        write_file(here, "known.json", text);
        const Ran ran = run_fwproof({"lint", "--baseline", "known.json", "rules.v4"}, here);
        CHECK(ran.status == 2);
        CHECK(ran.err == message);
        CHECK(ran.out.empty());
    }
}
