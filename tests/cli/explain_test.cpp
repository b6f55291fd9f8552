#include "support/catch.hpp"
#include "support/program.hpp"

namespace {

const std::string kHost =
    "*filter\n"
    ":INPUT DROP [0:0]\n"
    ":FORWARD DROP [0:0]\n"
    ":OUTPUT ACCEPT [0:0]\n"
    "-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n"
    "-A INPUT -s 10.1.0.0/24 -p tcp -m tcp --dport 22 -j ACCEPT\n"
    "COMMIT\n";

const std::string kAssumed =
    "  assuming    no nftables ruleset, bridge rule or traffic control of this host drops or marks packets besides "
    "these "
    "tables\n"
    "  assuming    IPv4 only: the export does not say what IPv6 may do\n"
    "  assuming    connection tracking runs with its usual settings: nf_conntrack_tcp_loose is 1 and checksums are "
    "verified\n"
    "  assuming    the host routes packets between its interfaces (net.ipv4.ip_forward), and reverse path filtering "
    "drops none\n";

}  // namespace

TEST_CASE("explain names the verdict first, then the rule and the replies") {
    const std::string directory = fresh_directory("explain");
    write_file(directory, "host.rules", kHost);
    CHECK(run_fwproof({"explain", "host.rules", "tcp 10.1.0.5 > 10.9.8.7:22"}, directory).out ==
          "permit tcp 10.1.0.5 > 10.9.8.7:22\n"
          "  inbound: permit\n"
          "    decided by  INPUT rule 2: permit (host.rules:6)\n"
          "                -A INPUT -s 10.1.0.0/24 -p tcp -m tcp --dport 22 -j ACCEPT\n"
          "  replies     permit on the outbound path\n"
          "    decided by  default of OUTPUT: permit (host.rules:4)\n"
          "                :OUTPUT ACCEPT [0:0]\n" +
              kAssumed);
    CHECK(run_fwproof({"explain", "host.rules", "tcp 10.2.0.5 > 10.9.8.7:22 at INPUT"}, directory).out ==
          "deny tcp 10.2.0.5 > 10.9.8.7:22 at INPUT\n"
          "  inbound: deny\n"
          "    decided by  default of INPUT: deny (host.rules:2)\n"
          "                :INPUT DROP [0:0]\n" +
              kAssumed);
    const Ran wrong = run_fwproof({"explain", "host.rules", "tcp any > any at INPTU"}, directory);
    CHECK(wrong.status == 2);
    CHECK(wrong.out.empty());
    CHECK(wrong.err == "fwproof: error: no chain, list or profile is named 'INPTU'; did you mean 'INPUT'?\n");
}

// More flows than go together are asked as packets, out of one evaluation of the whole policy.
TEST_CASE("a long log is answered as its parts are") {
    const std::string root = std::string(FWPROOF_ROOT) + "/fixtures/";
    struct Case {
        std::string path, in, other_in, out;
    };
    const std::vector<Case> cases = {{"diff/migration/edge.cfg", "outside", "dmz", "inside"},
                                     {"diff/migration/edge.v4", "outside", "eth0", "inside"},
                                     {"diff/edit/new.v4", "outside", "eth0", "inside"},
                                     {"site/scom/exports/core-fw.cfg", "outside", "infra", "mgmt"},
                                     {"check/accept-policy/bad.v4", "outside", "eth0", "inside"}};
    for (const auto& [path, in, other_in, out] : cases) {
        CAPTURE(path);
        const std::string folder = fresh_directory("explain-log");
        write_file(folder, "export", read_whole(root + path));
        std::uint32_t random = 7;
        const auto below = [&](std::uint32_t end) { return (random = random * 1664525U + 1013904223U) / 65536U % end; };
        const std::vector<std::string> hosts = {"10.1.0.",     "10.1.1.",    "10.10.20.", "172.16.5.",
                                                "198.51.100.", "203.0.113.", "8.8.8."};
        const std::vector<int> ports = {22, 25, 53, 80, 443, 1433, 5723, 49200};
        const auto host = [&] { return hosts[below(7)] + std::to_string(below(255)); };
        std::string first, second;
        for (int i = 0; i < 620; ++i) {
            std::string flow = (below(4) == 0 ? "udp " : "tcp ") + host();
            if (below(10) != 0) flow += ":" + std::to_string(1024 + below(60000));
            flow += " > " + host() + (below(20) == 0 ? "/31" : "") + ":" + std::to_string(ports[below(8)]);
            if (below(3) == 0) flow += " in " + (below(2) == 0 ? in : other_in);
            if (below(8) == 0) flow += below(2) == 0 ? " state established" : " out " + out;
            (i < 310 ? first : second) += flow + "\n";
        }
        write_file(folder, "first", first);
        write_file(folder, "second", second);
        write_file(folder, "all", first + second);
        const auto ask = [&](const std::string& flows) {
            const Ran ran = run_fwproof({"explain", "export", "--flows", flows}, folder);
            CHECK(ran.err.empty());
            CHECK(ran.status == 0);
            return ran.out;
        };
        CHECK(ask("all") == ask("first") + ask("second"));
    }
}

TEST_CASE("of a long way the beginning and the end are shown, and mixed answers are told from unknown ones") {
    const std::string directory = fresh_directory("explain-long-way");
    std::string text = "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT DROP [0:0]\n", rules;
    for (int i = 1; i <= 30; ++i) {
        text += ":C" + std::to_string(i) + " - [0:0]\n";
        rules +=
            "-A " + (i == 1 ? std::string("INPUT") : "C" + std::to_string(i - 1)) + " -j C" + std::to_string(i) + "\n";
    }
    write_file(directory, "host.v4", text + rules + "-A C30 -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT\n");
    const Ran ran = run_fwproof({"explain", "host.v4", "tcp 10.0.0.1 > 10.0.0.2:22"}, directory);
    CHECK(ran.out.find("C3 rule 1 (host.v4:38) > 24 more > C28 rule 1 (host.v4:63) > C29 rule 1 (host.v4:64)\n") !=
          std::string::npos);
    write_file(directory, "flows", "tcp 10.0.0.1 > 10.0.0.2:22\ntcp 10.0.0.1 > 10.0.0.2:22-23\n");
    CHECK(run_fwproof({"explain", "host.v4", "--flows", "flows"}, directory)
              .out.find("\nunknown tcp 10.0.0.1 > 10.0.0.2:22-23  # different parts, different verdicts\n") !=
          std::string::npos);
}

TEST_CASE("many flows are answered one line each") {
    const std::string directory = fresh_directory("explain-flows");
    write_file(directory, "host.rules", kHost);
    write_file(directory, "flows", "# log\ntcp 10.1.0.5 > 10.9.8.7:22\n\nudp 10.1.0.5 > 10.9.8.7:53\n");
    const Ran ran = run_fwproof({"explain", "host.rules", "--flows", "flows"}, directory);
    CHECK(ran.err.empty());
    CHECK(ran.out ==
          "permit tcp 10.1.0.5 > 10.9.8.7:22  # INPUT rule 2 (host.rules:6)\n"
          "deny udp 10.1.0.5 > 10.9.8.7:53  # default of INPUT (host.rules:2)\n");
}

TEST_CASE("what a list leaves open is unknown when the list is asked alone") {
    const std::string directory = fresh_directory("explain-list");
    write_file(directory, "edge.cfg",
               "ASA Version 9.16(4)\n"
               "interface GigabitEthernet0/0\n nameif outside\n security-level 0\n"
               " ip address 203.0.113.2 255.255.255.0\n"
               "access-list OUT extended permit tcp any host 10.0.0.5 eq 443\n"
               "access-group OUT in interface outside\n");
    const auto first_line = [&](const std::string& flow) {
        const std::string out = run_fwproof({"explain", "edge.cfg", flow}, directory).out;
        return out.substr(0, out.find('\n'));
    };
    CHECK(first_line("tcp 198.51.100.9 > 10.0.0.5:443 at OUT") == "permit tcp 198.51.100.9 > 10.0.0.5:443 at OUT");
    CHECK(first_line("tcp 198.51.100.9 > 10.0.0.5:80 at OUT") == "unknown tcp 198.51.100.9 > 10.0.0.5:80 at OUT");
}

TEST_CASE("an interface that the export does not have is refused, a hardware name is known") {
    const std::string directory = fresh_directory("unknown-interface");
    write_file(directory, "edge.cfg",
               "ASA Version 9.16(4)\n"
               "interface GigabitEthernet0/0\n nameif outside\n security-level 0\n"
               " ip address 203.0.113.2 255.255.255.0\n"
               "interface GigabitEthernet0/1\n nameif inside\n security-level 100\n ip address 10.0.0.1 255.0.0.0\n"
               "access-list OUT extended permit tcp any host 10.0.0.5 eq 443\n"
               "access-group OUT in interface outside\n");
    write_file(directory, "host.v4",
               "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT DROP [0:0]\n"
               "-A INPUT -i eth0 -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT\n");
    const auto explain = [&](const std::string& file, const std::string& flow) {
        return run_fwproof({"explain", file, flow}, directory);
    };
    const std::string flow = "tcp 198.51.100.9 > 10.0.0.5:443 in ";
    for (const std::string name : {"outside", "GigabitEthernet0/0", "gigabitethernet0/0", "Outside"}) {
        const Ran ran = explain("edge.cfg", flow + name);
        INFO(name << ran.err);
        CHECK(ran.out.find("permit tcp") == 0);
        CHECK(ran.out.find("OUT line 1") != std::string::npos);
    }
    const Ran slip = explain("edge.cfg", flow + "outsde");
    CHECK(slip.status == 2);
    CHECK(slip.out.empty());
    CHECK(slip.err == "fwproof: error: no interface is named 'outsde'; did you mean 'outside'?\n");
    CHECK(run_fwproof({"query", "edge.cfg", "--out", "eth7"}, directory).err ==
          "fwproof: error: no interface is named 'eth7'; there are outside, inside\n");
    write_file(directory, "flows", flow + "outside\n" + flow + "outsde\n");
    CHECK(run_fwproof({"explain", "edge.cfg", "--flows", "flows"}, directory)
              .err.find("flows:2:1: error: no interface") == 0);
    write_file(directory, "a.tests", "export edge.cfg\ndeny " + flow + "outsde\n");
    const Ran tested = run_fwproof({"test", "a.tests"}, directory);
    CHECK(tested.status == 2);
    CHECK(tested.err.find("a.tests:2:1: error: no interface is named 'outsde'") == 0);
    // An iptables dump does not say which interfaces there are.
    CHECK(explain("host.v4", "tcp 10.0.0.1 > 10.0.0.2:22 in eht0").out.find("deny tcp") == 0);
}

TEST_CASE("the family that an export does not hold is unknown, whatever its rules say") {
    const std::string directory = fresh_directory("one-family");
    const std::string rules =
        "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n"
        "-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT\n";
    write_file(directory, "only.v4", "# Generated by iptables-save v1.8.9 on Mon Nov  2 08:00:01 2026\n" + rules);
    write_file(directory, "only.v6", "# Generated by ip6tables-save v1.8.9 on Mon Nov  2 08:00:01 2026\n" + rules);
    const auto verdict = [&](const std::string& file, const std::string& flow) {
        const std::string out = run_fwproof({"explain", file, flow}, directory).out;
        return out.substr(0, out.find(' '));
    };
    for (const std::string port : {"22", "443"}) {
        const std::string known = port == "22" ? "permit" : "deny";
        const std::string v4 = "tcp 192.0.2.1 > 192.0.2.2:" + port;
        const std::string v6 = "tcp 2001:db8::1 > [2001:db8::2]:" + port;
        CHECK(verdict("only.v4", v4) == known);
        CHECK(verdict("only.v4", v6) == "unknown");
        CHECK(verdict("only.v6", v6) == known);
        CHECK(verdict("only.v6", v4) == "unknown");
        // Who names a chain means the packets that meet it.
        CHECK(verdict("only.v4", "tcp any > any:" + port + " at INPUT") == known);
    }
    const Ran ran = run_fwproof({"query", "only.v4", "--service", "tcp/443"}, directory);
    CHECK(ran.out.find("unknown tcp any > any6:443  # IPv6 (not in this export)") != std::string::npos);
    CHECK(ran.out.find("deny tcp any > any4:443  # default of INPUT (only.v4:3)\n") != std::string::npos);
}

TEST_CASE("questions are answered as their goldens say") {
    struct Case {
        const char* name;
        std::vector<std::string> arguments;
    };
    const std::vector<Case> cases = {
        // Where a packet comes in and goes out follows from the networks and routes of the export.
        {"asa-routed", {"explain", "edge.cfg", "tcp 10.1.2.3 > 198.51.100.7:443"}},
        {"asa-mail", {"explain", "edge.cfg", "tcp 10.1.2.3 > 198.51.100.7:25"}},
        {"asa-ping", {"explain", "edge.cfg", "icmp 10.1.2.3 > 198.51.100.7 icmp 8"}},
        {"asa-set", {"explain", "edge.cfg", "tcp any4 > 172.16.5.10:any"}},
        {"asa-implicit", {"explain", "edge.cfg", "udp 10.1.2.3 > 198.51.100.7:123"}},
        {"nat-step", {"explain", "nat.v4", "tcp 198.51.100.7 > 203.0.113.5:443 in eth0 out eth1"}},
        {"nat-step-json",
         {"explain", "nat.v4", "tcp 198.51.100.7 > 203.0.113.5:443 in eth0 out eth1", "--format", "json"}},
        {"condition-on-the-way", {"explain", "limits.v4", "tcp 10.1.2.3 > 10.9.0.1:80"}},
        {"program-same",
         {"explain", "host.reg", "tcp 10.1.2.3 > 10.9.0.1:5723 program \"C:\\\\Program Files\\\\Agent\\\\AGENT.EXE\""}},
        {"program-open",
         {"explain", "host.reg", "tcp 10.1.2.3 > 10.9.0.1:5723 program \"D:\\\\Program Files\\\\Agent\\\\agent.exe\""}},
        {"program-other", {"explain", "host.reg", "tcp 10.1.2.3 > 10.9.0.1:5723 program \"C:\\\\x\\\\other.exe\""}},
        {"query", {"query", "edge.cfg", "--to", "172.16.5.10"}},
        {"query-csv", {"query", "edge.cfg", "--to", "172.16.5.10", "--permit", "--format", "csv"}},
        {"regions", {"show", "--as", "regions", "limits.v4"}},
    };
    for (const auto& [name, arguments] : cases) {
        const Ran ran = run_fwproof(arguments, std::string(FWPROOF_ROOT) + "/fixtures/cli/explain");
        INFO(name << "\n" << ran.err);
        CHECK(ran.status == 0);
        CHECK(differs_from_golden(ran.out, std::string("fixtures/cli/explain/") + name + ".golden") == "");
    }
}
