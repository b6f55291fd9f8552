// What fwproof(1) says under LIMITS, at the limit and behind it. That a file may have 256 MiB is in bad_input_test.cpp,
// the budget in budget_test.cpp, the depth of what Windows exports in vendor/windows.
#include <fmt/format.h>

#include "support/catch.hpp"
#include "support/program.hpp"

namespace {

// INPUT and `count` chains, each of which calls the next; the last permits SSH.
std::string chains(int count) {
    std::string text = "*filter\n:INPUT DROP [0:0]\n";
    for (int i = 0; i < count; ++i) text += fmt::format(":c{} - [0:0]\n", i);
    text += "-A INPUT -j c0\n";
    for (int i = 0; i + 1 < count; ++i) text += fmt::format("-A c{} -j c{}\n", i, i + 1);
    return text + fmt::format("-A c{} -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT\n", count - 1);
}

constexpr const char* kAsa = R"(hostname edge
interface GigabitEthernet0/0
 nameif outside
 security-level 0
 ip address 192.0.2.1 255.255.255.0
interface GigabitEthernet0/1
 nameif inside
 security-level 100
 ip address 10.0.0.1 255.0.0.0
)";

// `count` network groups, each within the next, the innermost with one host, each of the others with one more when
// `hosts`; the last is what a rule permits.
std::string groups(int count, bool hosts) {
    std::string text = kAsa;
    for (int i = 0; i < count; ++i) {
        text += fmt::format("object-group network g{}\n", i);
        if (i > 0) text += fmt::format(" group-object g{}\n", i - 1);
        if (i == 0 || hosts)
            text += fmt::format(" network-object host 10.{}.{}.{}\n", i >> 15, i >> 7 & 255, i * 2 & 255);
    }
    return text + fmt::format(
                      "access-list OUT extended permit tcp any object-group g{} eq 443\n"
                      "access-group OUT in interface outside\n",
                      count - 1);
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

TEST_CASE("chains within chains: entered, then unknown, then refused as the kernel refuses them") {
    const std::string flow = "tcp 192.0.2.9 > 10.0.0.1:22";
    CHECK(first_line(run_fwproof({"explain", "-", flow}, FWPROOF_ROOT, chains(200)).out) == "permit " + flow);
    CHECK(first_line(run_fwproof({"explain", "-", flow}, FWPROOF_ROOT, chains(201)).out) == "unknown " + flow);
    CHECK(first_line(run_fwproof({"explain", "-", flow}, FWPROOF_ROOT, chains(249)).out) == "unknown " + flow);
    const Ran ran = run_fwproof({"explain", "-", flow}, FWPROOF_ROOT, chains(250));
    CHECK(ran.status == 2);
    CHECK(ran.out.empty());
    CHECK(ran.err ==
          "-:2:1: error: chains call each other more than 250 deep\n    :INPUT DROP [0:0]\n    "
          "^~~~~~~~~~~~~~~~~\nhint: iptables-restore does not load this either\n");
}

TEST_CASE("chains that each call the next twice are walked once") {
    std::string text = "*filter\n:INPUT ACCEPT [0:0]\n";
    for (int i = 0; i < 60; ++i) text += fmt::format(":c{} - [0:0]\n", i);
    text += "-A INPUT -j c0\n-A INPUT -j DROP\n";
    for (int i = 0; i + 1 < 60; ++i) text += fmt::format("-A c{0} -j c{1}\n-A c{0} -j c{1}\n", i, i + 1);
    const Ran ran = run_fwproof({"lint", "--select", "accept-policy", "-"}, FWPROOF_ROOT, text + "COMMIT\n");
    CHECK(ran.status <= 1);
    CHECK(ran.out.find("without INPUT rule 2 everything would be permitted") != std::string::npos);
}

TEST_CASE("groups of an ASA within groups, ten thousand deep") {
    const Ran ran = run_fwproof({"explain", "-", "tcp 192.0.2.9 > 10.0.0.0:443"}, FWPROOF_ROOT, groups(10'000, false));
    CHECK(first_line(ran.out) == "permit tcp 192.0.2.9 > 10.0.0.0:443");
}

TEST_CASE("groups of an ASA that together hold more than 20 million ranges") {
    const Ran ran = run_fwproof({"explain", "-", "tcp 192.0.2.9 > 10.0.0.0:443"}, FWPROOF_ROOT, groups(6'400, true));
    INFO(ran.out << ran.err);
    CHECK(ran.status == 0);
    CHECK(first_line(ran.out) == "unknown tcp 192.0.2.9 > 10.0.0.0:443");
    CHECK(ran.out.find("too many addresses in groups") != std::string::npos);
}

TEST_CASE("services of an ASA: said twice at every level they are one, and a million are too many") {
    const auto explain = [](const std::string& groups, const std::string& group) {
        const std::string rule = "access-list OUT extended permit tcp any any object-group " + group +
                                 "\naccess-group OUT in interface outside\n";
        return run_fwproof({"explain", "-", "tcp 192.0.2.9 > 10.0.0.0:1000"}, FWPROOF_ROOT, kAsa + groups + rule);
    };
    // Each level names the one below by two names: 2^60 ports, of which two differ.
    std::string doubled =
        "object-group service a0 tcp\n port-object eq 1000\nobject-group service b0 tcp\n"
        " port-object eq 2000\n";
    for (int i = 1; i <= 60; ++i) {
        for (const char name : {'a', 'b'})
            doubled += fmt::format("object-group service {0}{1} tcp\n group-object a{2}\n group-object b{2}\n", name, i,
                                   i - 1);
    }
    const Ran twice = explain(doubled, "b60");
    CHECK(first_line(twice.out) == "permit tcp 192.0.2.9 > 10.0.0.0:1000");
    CHECK(twice.out.find("too many") == std::string::npos);
    // Each has a port of its own.
    const auto nested = [](int count) {
        std::string text;
        for (int i = 0; i < count; ++i) {
            text += fmt::format("object-group service p{} tcp\n", i);
            if (i > 0) text += fmt::format(" group-object p{}\n", i - 1);
            text += fmt::format(" port-object eq {}\n", 1000 + i);
        }
        return text;
    };
    CHECK(first_line(explain(nested(1'400), "p1399").out) == "permit tcp 192.0.2.9 > 10.0.0.0:1000");
    const Ran over = explain(nested(1'500), "p1499");
    CHECK(first_line(over.out) == "unknown tcp 192.0.2.9 > 10.0.0.0:1000");
    CHECK(over.out.find("too many services in groups") != std::string::npos);
}

TEST_CASE("a discontiguous mask of iptables with 12 and with 13 open bits") {
    const auto rules = [](const char* mask) {
        return fmt::format("*filter\n:INPUT DROP [0:0]\n-A INPUT -s 10.0.0.0/{} -p tcp --dport 22 -j ACCEPT\nCOMMIT\n",
                           mask);
    };
    const std::string flow = "tcp 10.7.0.0 > 10.0.0.1:22";
    CHECK(first_line(run_fwproof({"explain", "-", flow}, FWPROOF_ROOT, rules("255.0.15.255")).out) == "permit " + flow);
    CHECK(first_line(run_fwproof({"explain", "-", flow}, FWPROOF_ROOT, rules("255.0.7.255")).out) == "unknown " + flow);
}

TEST_CASE("one line of four million bytes") {
    const std::string line = "-A INPUT -m comment --comment \"" + std::string(4'000'000, 'x') + "\" -j ACCEPT\n";
    const Ran ran =
        run_fwproof({"explain", "-", "tcp 192.0.2.9 > 10.0.0.1:22"}, FWPROOF_ROOT,
                    "*filter\n:INPUT DROP [0:0]\n" + line + "-A INPUT -p tcp --dport 22 -j ACCEPT\nCOMMIT\n");
    INFO(ran.out.substr(0, 1'000) << ran.err.substr(0, 1'000));
    CHECK(first_line(ran.out) == "permit tcp 192.0.2.9 > 10.0.0.1:22");
    CHECK(ran.out.size() < 4'000);
}

TEST_CASE("nested deeper than any reader goes: a baseline, the site, the file of the project") {
    const std::string root = fresh_directory("limits_nesting");
    write_file(root, "a.v4", "*filter\n:INPUT DROP [0:0]\nCOMMIT\n");
    write_file(root, "deep.json", R"({"format": ")" + std::string(100'000, '[') + "\"}");
    write_file(root, "baseline.json", "{\"x\": " + std::string(100'000, '['));
    std::string key = "[a";
    for (int i = 0; i < 60'000; ++i) key += ".a";
    write_file(root, "site.toml", key + "]\n");
    const Ran baseline = run_fwproof({"lint", "--baseline", "baseline.json", "a.v4"}, root);
    CHECK(baseline.status == 2);
    CHECK(baseline.err ==
          "baseline.json: error: is no baseline: it is nested deeper than 64 levels; write it with --write-baseline\n");
    const Ran other = run_fwproof({"lint", "--baseline", "deep.json", "a.v4"}, root);
    CHECK(other.err.find("is no baseline: its format is not") != std::string::npos);
    const Ran site = run_fwproof({"check", "--site", "site.toml"}, root);
    CHECK(site.status == 2);
    CHECK(first_line(site.err) == "site.toml:1:129: error: not valid TOML: a key has more than 64 parts");
    write_file(root, ".fwproof.toml", key + "]\n");
    const Ran project = run_fwproof({"lint", "a.v4"}, root);
    CHECK(project.status == 2);
    CHECK(first_line(project.err) == ".fwproof.toml:1:129: error: not valid TOML: a key has more than 64 parts");
}

TEST_CASE("of a thousand and more statements that are not understood a thousand are listed") {
    std::string text = "*filter\n:INPUT DROP [0:0]\n";
    for (int i = 0; i < 3'000; ++i) text += fmt::format("-A INPUT --nonsense {}\n", i);
    const Ran ran = run_fwproof({"lint", "--select", "unparsed-line", "-"}, FWPROOF_ROOT, text + "COMMIT\n");
    CHECK(ran.out.find("-:1003:10: warning[unparsed-line]: 2000 more of these, from here on, are not listed") !=
          std::string::npos);
    CHECK(ran.out.find("-:1004:") == std::string::npos);
    CHECK(ran.out.size() < 1'000'000);
}
