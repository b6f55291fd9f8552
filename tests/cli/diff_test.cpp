// fwproof diff: what a reviewer sees, and where versions come from.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "support/program.hpp"
#include "support/repository.hpp"

namespace {

// In the folder of a fixture, so that paths in the output are short.
Ran diff_in(const std::string& folder, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "diff");
    return run_fwproof(arguments, std::string(FWPROOF_ROOT) + "/fixtures/diff/" + folder);
}

std::string host(const std::string& rules) {
    return "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n" + rules + "COMMIT\n";
}

const std::string kSsh = "-A INPUT -s 10.1.0.0/24 -p tcp -m tcp --dport 22 -j ACCEPT\n";
const std::string kWideSsh = "-A INPUT -s 10.0.0.0/8 -p tcp -m tcp --dport 22 -j ACCEPT\n";

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

TEST_CASE("the fixtures print what their goldens say, in every format") {
    struct Case {
        const char* folder;
        std::vector<std::string> arguments;
    };
    const std::vector<Case> cases = {
        {"edit", {"old.v4", "new.v4"}},
        {"object-edit", {"old.cfg", "new.cfg"}},
        {"migration",
         {"edge.cfg", "edge.v4", "--interface", "outside=eth0", "--interface", "inside=eth1", "--interface",
          "dmz=eth2"}},
    };
    for (const auto& [folder, arguments] : cases) {
        for (const std::string format : {"text", "json", "markdown"}) {
            std::vector<std::string> words = arguments;
            words.insert(words.end(), {"--format", format});
            const Ran ran = diff_in(folder, words);
            CHECK(ran.status == 0);
            CHECK(ran.err.empty());
            CHECK(differs_from_golden(ran.out, std::string("fixtures/diff/") + folder + "/" + format + ".golden") ==
                  "");
        }
    }
}

TEST_CASE("a migration is proven to permit exactly the same flows") {
    const std::vector<std::string> words = {"edge.cfg",    "edge.v4",     "--at",         "transit",     "--family",
                                            "IPv4",        "--interface", "outside=eth0", "--interface", "inside=eth1",
                                            "--interface", "dmz=eth2",    "--fail-on",    "changed",     "--strict"};
    const Ran same = diff_in("migration", words);
    CHECK(same.status == 0);
    CHECK(first_line(same.out) == "unchanged: both versions permit exactly the same IPv4 flows");

    // One port less, and one more, are found.
    const std::string folder = fresh_directory("migration");
    const std::string root = std::string(FWPROOF_ROOT) + "/fixtures/diff/migration/";
    std::string rules = read_whole(root + "edge.v4");
    const std::string ports = "--dport 1:1023";
    rules.replace(rules.find(ports), ports.size(), "--dport 2:1024");
    write_file(folder, "edge.v4", rules);
    write_file(folder, "edge.cfg", read_whole(root + "edge.cfg"));
    std::vector<std::string> again = words;
    again.insert(again.begin(), "diff");
    const Ran differs = run_fwproof(again, folder);
    CHECK(differs.status == 1);
    CHECK(first_line(differs.out) == "widened and narrowed");
    CHECK(differs.out.find("172.16.5.0/24:1024 in eth1 out eth2\n      before    deny: implicit deny of INSIDE_IN") !=
          std::string::npos);
    CHECK(differs.out.find("172.16.5.0/24:1 in eth1 out eth2\n      before    permit: INSIDE_IN line 2") !=
          std::string::npos);

    // Replies that do not get back are no equivalence.
    std::string stateless = read_whole(root + "edge.v4");
    const std::string established = "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n";
    stateless.erase(stateless.find(established), established.size());
    write_file(folder, "edge.v4", stateless);
    const Ran replies = run_fwproof(again, folder);
    CHECK(replies.status == 1);
    CHECK(replies.out.find("replies lost") != std::string::npos);

    const Ran unnamed = diff_in("migration", {"edge.cfg", "edge.v4", "--at", "transit", "--fail-on", "changed"});
    CHECK(unnamed.status == 1);
    CHECK(first_line(unnamed.out) == "not decided: a part could not be compared");
}

TEST_CASE("a condition that changes is no unchanged policy") {
    const std::string folder = fresh_directory("diff-conditions");
    const auto registry = [](const std::string& rules) {
        const std::string key = "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall\\";
        std::string text = "Windows Registry Editor Version 5.00\r\n\r\n";
        for (const char* profile : {"Domain", "Private", "Public"}) {
            text += key + profile +
                    "Profile]\r\n\"EnableFirewall\"=dword:00000001\r\n"
                    "\"DefaultInboundAction\"=dword:00000001\r\n\"DefaultOutboundAction\"=dword:00000000\r\n"
                    "\"AllowLocalPolicyMerge\"=dword:00000000\r\n\r\n";
        }
        return text + key + "FirewallRules]\r\n" + rules;
    };
    const auto rule = [](const std::string& id, const std::string& program) {
        return "\"" + id + "\"=\"v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=8443|App=" + program +
               "|Name=" + id + "|\"\r\n";
    };
    const std::string agent = rule("R0", "C:\\\\Program Files\\\\Agent\\\\agent.exe");
    write_file(folder, "a.reg", registry(agent));
    write_file(folder, "b.reg", registry(agent + rule("R1", "C:\\\\Users\\\\Public\\\\nc.exe")));
    const Ran wider = run_fwproof({"diff", "a.reg", "b.reg", "--fail-on", "widened"}, folder);
    CHECK(wider.status == 1);
    CHECK(first_line(wider.out) == "widened");
    CHECK(wider.out.find("still unknown    tcp any > {any except 127.0.0.0/8, ::1}:8443\n") != std::string::npos);
    CHECK(wider.out.find("on other conditions than before\n") != std::string::npos);
    CHECK(wider.out.find("depends on program C:\\Users\\Public\\nc.exe\n      because   + \"R1\"=") !=
          std::string::npos);
    CHECK(wider.out.find("1 line edited (0 removed, 1 added): 1 of them change verdicts or what they depend on\n") !=
          std::string::npos);
    CHECK(wider.out.find("error[widened-from-untrusted]: R1 may permit tcp any > ") != std::string::npos);
    CHECK(wider.out.find("3 regions still unknown on other conditions\n") != std::string::npos);
    CHECK(run_fwproof({"diff", "a.reg", "b.reg", "--fail-on", "narrowed"}, folder).status == 0);
    const Ran narrower = run_fwproof({"diff", "b.reg", "a.reg", "--fail-on", "narrowed"}, folder);
    CHECK(narrower.status == 1);
    CHECK(narrower.out.find("warning[narrowed-access]: ") != std::string::npos);
    // The same program in other letters is no change.
    write_file(folder, "c.reg", registry(rule("R0", "c:\\\\program files\\\\agent\\\\AGENT.EXE")));
    CHECK(run_fwproof({"diff", "a.reg", "c.reg", "--fail-on", "changed"}, folder).status == 0);

    const auto json = nlohmann::json::parse(run_fwproof({"diff", "a.reg", "b.reg", "--format", "json"}, folder).out);
    const auto& region = json["files"][0]["devices"][0]["paths"][0]["regions"][0];
    CHECK(region["direction"] == "still unknown");
    CHECK(region["widens"] == true);
    CHECK(region["narrows"] == false);
    CHECK(run_fwproof({"diff", "a.reg", "b.reg", "--format", "markdown"}, folder)
              .out.find("| **still unknown** | <code>") != std::string::npos);
}

TEST_CASE("an edit that acts beside verdicts is no text") {
    const std::string folder = fresh_directory("diff-asides");
    const std::string smtp = "-A INPUT -p tcp -m tcp --dport 25 -j ";
    write_file(folder, "a.v4", host(smtp + "DROP\n"));
    write_file(folder, "b.v4", host(smtp + "REJECT --reject-with tcp-reset\n"));
    const Ran answer = run_fwproof({"diff", "a.v4", "b.v4", "--fail-on", "changed,note"}, folder);
    CHECK(answer.status == 0);
    CHECK(answer.out.find("text-only-change") == std::string::npos);
    CHECK(answer.out.find("  answer to what is denied differs: INPUT rule 1 (b.v4:5)\n") != std::string::npos);
    CHECK(answer.out.find("2 lines edited (1 removed, 1 added): none changes a verdict, 2 only what rules do beside "
                          "deciding\n") != std::string::npos);
    const auto json = nlohmann::json::parse(run_fwproof({"diff", "a.v4", "b.v4", "--format", "json"}, folder).out);
    CHECK(json["files"][0]["devices"][0]["other_effects"][0]["what"] == "answer to what is denied");
    CHECK(run_fwproof({"diff", "a.v4", "b.v4", "--format", "markdown"}, folder)
              .out.find("- answer to what is denied differs: INPUT rule 1, b.v4:5\n") != std::string::npos);

    // Another program, or another fate of packets while it does not run.
    write_file(folder, "q.v4", host(smtp + "NFQUEUE --queue-num 1\n"));
    for (const std::string options : {"--queue-num 2", "--queue-num 1 --queue-bypass"}) {
        write_file(folder, "r.v4", host(smtp + "NFQUEUE " + options + "\n"));
        const Ran queue = run_fwproof({"diff", "q.v4", "r.v4", "--fail-on", "changed,note"}, folder);
        CHECK(queue.out.find("text-only-change") == std::string::npos);
        CHECK(queue.out.find("  program that is asked differs: INPUT rule 1 (r.v4:5)\n") != std::string::npos);
        CHECK(run_fwproof({"explain", "r.v4", "tcp 192.0.2.1 > 192.0.2.2:25 at INPUT"}, folder)
                  .out.find("    asks        NFQUEUE " + options) != std::string::npos);
    }

    // A setting that no verdict shows is a change as well.
    const std::string vpn =
        "ASA Version 9.16(4)\nhostname edge\ninterface GigabitEthernet0/0\n nameif outside\n"
        " security-level 0\n ip address 203.0.113.2 255.255.255.0\n";
    const std::string tunnel =
        "crypto map M 1 match address CR\ncrypto map M 1 set peer 198.51.100.1\ncrypto map M interface outside\n"
        "access-list CR extended permit ip 10.1.0.0 255.255.0.0 10.9.0.0 255.255.0.0\n";
    write_file(folder, "a.cfg", vpn + "no sysopt connection permit-vpn\n" + tunnel);
    write_file(folder, "b.cfg", vpn + tunnel);
    CHECK(run_fwproof({"diff", "a.cfg", "b.cfg", "--fail-on", "changed"}, folder).status == 1);
}

TEST_CASE("what stands beside verdicts widens where it may let in more, and nowhere else") {
    const std::string folder = fresh_directory("diff-widening-settings");
    const auto policy = [](const std::string& settings) {
        return "Windows Registry Editor Version 5.00\r\n\r\n"
               "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall\\PublicProfile]\r\n" +
               settings;
    };
    const std::string on = "\"EnableFirewall\"=dword:00000001\r\n";
    const std::string block = "\"DefaultInboundAction\"=dword:00000001\r\n";
    const std::string alone = "\"AllowLocalPolicyMerge\"=dword:00000000\r\n";
    const std::string outside =
        "ASA Version 9.16(4)\nhostname edge\ninterface GigabitEthernet0/0\n nameif outside\n"
        " security-level 0\n ip address 203.0.113.2 255.255.255.0\n";
    const std::string tunnel =
        "crypto map M 1 match address CR\ncrypto map M 1 set peer 198.51.100.1\ncrypto map M interface outside\n"
        "access-list CR extended permit ip 10.1.0.0 255.255.0.0 10.9.0.0 255.255.0.0\n";
    const std::string nat = "*nat\n:PREROUTING ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n";
    const std::string forward = "COMMIT\n*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n";
    const std::string web = "-A PREROUTING -i eth0 -p tcp -m tcp --dport 443 -j DNAT --to-destination 10.2.0.";
    const std::string out = "-A POSTROUTING -o eth0 -j SNAT --to-source 203.0.113.";
    const std::string smtp = "-A INPUT -p tcp -m tcp --dport 25 -j ";
    struct Case {
        const char* what;
        std::string before, after;
        bool widens, changes;
    };
    const std::vector<Case> cases = {
        {"the firewall goes off", policy(on + block + alone),
         policy("\"EnableFirewall\"=dword:00000000\r\n" + block + alone), true, true},
        {"another default", policy(on + block + alone),
         policy(on + "\"DefaultInboundAction\"=dword:00000000\r\n" + alone), true, true},
        {"local rules count again", policy(on + block + alone),
         policy(on + block + "\"AllowLocalPolicyMerge\"=dword:00000001\r\n"), true, true},
        {"another log",
         policy(on + block + alone) +
             "\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall\\PublicProfile\\Logging]\r\n"
             "\"LogDroppedPackets\"=dword:00000001\r\n",
         policy(on + block + alone) +
             "\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall\\PublicProfile\\Logging]\r\n"
             "\"LogDroppedPackets\"=dword:00000000\r\n",
         false, true},
        {"tunnels bypass lists", outside + "no sysopt connection permit-vpn\n" + tunnel, outside + tunnel, true, true},
        {"tunnels bypass none", outside + tunnel, outside + "no sysopt connection permit-vpn\n" + tunnel, false, true},
        {"another server", nat + web + "5\n" + forward + "COMMIT\n", nat + web + "6\n" + forward + "COMMIT\n", true,
         true},
        {"another source", nat + out + "5\n" + forward + "COMMIT\n", nat + out + "6\n" + forward + "COMMIT\n", false,
         false},
        {"a log of a rule", host("-A INPUT -j LOG\n" + kSsh), host(kSsh), false, false},
        {"how it is refused", host(smtp + "DROP\n"), host(smtp + "REJECT\n"), false, false},
        {"a mark", host("-A INPUT -p tcp --dport 22 -j MARK --set-mark 1\n" + kSsh), host(kSsh), false, false},
    };
    for (const auto& one : cases) {
        INFO(one.what);
        write_file(folder, "before", one.before);
        write_file(folder, "after", one.after);
        const auto status = [&](const std::string& effect) {
            const Ran ran = run_fwproof({"diff", "before", "after", "--fail-on", effect}, folder);
            INFO(ran.out << ran.err);
            CHECK(ran.err.empty());
            return ran.status;
        };
        CHECK(status("widened") == (one.widens ? 1 : 0));
        CHECK(status("changed") == (one.changes ? 1 : 0));
    }
}

TEST_CASE("what depends on too much to be told apart is not decided, and said so") {
    const std::string folder = fresh_directory("diff-many-conditions");
    // Each half of the packets in its own way: a thousand parts, each with its own list of rules that may decide it.
    const std::vector<std::string> halves = {
        "-s 128.0.0.0/1",
        "-d 128.0.0.0/1",
        "-m ttl --ttl-gt 127",
        "-m length --length 700:65535",
        "-p tcp -m multiport --dports 32768:65535",
        "-p tcp -m multiport --dports 16384:32767,49152:65535",
        "-p tcp -m multiport --dports 8192:16383,24576:32767,40960:49151,57344:65535",
        "-p tcp -m multiport --sports 32768:65535",
        "-p tcp -m multiport --sports 16384:32767,49152:65535",
        "-p tcp -m multiport --sports 8192:16383,24576:32767,40960:49151,57344:65535"};
    std::string rules;
    for (std::size_t i = 0; i < halves.size(); ++i)
        rules += "-A INPUT " + halves[i] + " -m string --string word" + std::to_string(i) + " --algo bm -j ACCEPT\n";
    write_file(folder, "a.v4", host(rules));
    write_file(folder, "b.v4", host(rules + "-A INPUT -m string --string other --algo bm -j ACCEPT\n"));
    for (const char* effect : {"widened", "narrowed", "changed"}) {
        const Ran ran = run_fwproof({"diff", "a.v4", "b.v4", "--at", "inbound", "--fail-on", effect}, folder);
        INFO(ran.out);
        CHECK(ran.err.empty());
        CHECK(ran.status == 1);
        CHECK(ran.out.find("    not decided: the comparison ran out of its budget; there may be more differences\n") !=
              std::string::npos);
        CHECK(ran.out.find("[uncompared-change]: inbound was not compared to its end") != std::string::npos);
        CHECK(ran.out.find("unchanged") == std::string::npos);
    }
    CHECK(run_fwproof({"diff", "a.v4", "b.v4", "--at", "inbound", "--strict", "--ignore", "all"}, folder).status == 3);
}

TEST_CASE("what comes through a tunnel is in no header and is a change all the same") {
    const std::string folder = fresh_directory("diff-edge");
    const auto reg = [](const std::string& edge) {
        return "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\"
               "SharedAccess\\Parameters\\FirewallPolicy\\FirewallRules]\r\n"
               "\"r\"=\"v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=22|" +
               edge + "\"\r\n";
    };
    write_file(folder, "old.reg", reg(""));
    write_file(folder, "new.reg", reg("Edge=TRUE|"));
    const Ran gained = run_fwproof({"diff", "old.reg", "new.reg", "--fail-on", "changed"}, folder);
    CHECK(gained.status == 1);
    CHECK(gained.out.find("edge traversal gained: r (new.reg:4)\n") != std::string::npos);
    CHECK(gained.out.find("edge traversal gained", gained.out.find("edge traversal gained") + 1) == std::string::npos);
    CHECK(gained.out.starts_with("unchanged: no verdict differs but for what comes through a tunnel"));
    CHECK(gained.out.find("inbound, domain: permits exactly the same flows") == std::string::npos);
    const Ran lost = run_fwproof({"diff", "new.reg", "old.reg", "--fail-on", "changed"}, folder);
    CHECK(lost.status == 1);
    CHECK(lost.out.find("edge traversal lost: r (old.reg:4)\n") != std::string::npos);
    CHECK(run_fwproof({"diff", "new.reg", "new.reg", "--fail-on", "changed"}, folder).status == 0);
}

TEST_CASE("a time range of the same name may mean other times") {
    const std::string folder = fresh_directory("diff-times");
    const auto edge = [](const std::string& days) {
        return "ASA Version 9.16(4)\nhostname edge\ninterface GigabitEthernet0/0\n nameif outside\n"
               " security-level 0\n ip address 203.0.113.2 255.255.255.0\ninterface GigabitEthernet0/1\n nameif "
               "inside\n"
               " security-level 100\n ip address 10.1.0.1 255.255.0.0\ntime-range BACKUP\n periodic " +
               days +
               " 20:00 to 22:00\n"
               "access-list IN extended permit tcp any4 host 198.51.100.9 eq 22 time-range BACKUP\n"
               "access-list IN extended deny ip any any\naccess-group IN in interface inside\n";
    };
    write_file(folder, "a.cfg", edge("weekdays"));
    write_file(folder, "b.cfg", edge("daily"));
    const Ran ran = run_fwproof({"diff", "a.cfg", "b.cfg", "--fail-on", "widened"}, folder);
    CHECK(ran.status == 1);
    CHECK(ran.out.find("still unknown    tcp any > 198.51.100.9:22 in inside out outside\n") != std::string::npos);
    CHECK(ran.out.find("depends on time BACKUP: periodic weekdays 20:00 to 22:00\n") != std::string::npos);
    CHECK(ran.out.find("depends on time BACKUP: periodic daily 20:00 to 22:00\n") != std::string::npos);
}

TEST_CASE("the exit status follows --fail-on") {
    const std::string folder = fresh_directory("diff-levels");
    write_file(folder, "a", host(kSsh));
    write_file(folder, "b", host(kWideSsh));
    write_file(folder, "c", host("# only text\n" + kSsh));
    const auto status = [&](const std::string& old, const std::string& now, const std::string& level) {
        return run_fwproof({"diff", old, now, "--fail-on", level}, folder).status;
    };
    CHECK(status("a", "b", "widened") == 1);
    CHECK(status("a", "b", "narrowed") == 0);
    CHECK(status("b", "a", "widened") == 0);
    CHECK(status("b", "a", "narrowed,widened") == 1);
    CHECK(status("a", "b", "changed") == 1);
    CHECK(status("a", "c", "changed") == 0);
    CHECK(status("a", "b", "never") == 0);
    CHECK(run_fwproof({"diff", "a", "b"}, folder).status == 0);
}

TEST_CASE("an export that was added or removed is not proven to be harmless") {
    const std::string folder = fresh_directory("diff-moved");
    for (const char* sub : {"/none", "/one"}) std::filesystem::create_directory(folder + sub);
    write_file(folder, "none/same.v4", host(kSsh));
    write_file(folder, "one/same.v4", host(kSsh));
    write_file(folder, "one/open.v4", host("-A INPUT -j ACCEPT\n"));
    const auto status = [&](const std::string& old, const std::string& now, const std::string& level) {
        return run_fwproof({"diff", old, now, "--fail-on", level}, folder).status;
    };
    CHECK(status("none", "one", "widened") == 1);
    CHECK(status("none", "one", "narrowed") == 0);
    CHECK(status("none", "one", "changed") == 1);
    CHECK(status("one", "none", "widened") == 1);
    CHECK(status("one", "none", "narrowed") == 1);
}

TEST_CASE("the page of a change is green only where all was compared and no error found") {
    const std::string folder = fresh_directory("diff-page");
    for (const char* sub : {"/none", "/one"}) std::filesystem::create_directory(folder + sub);
    write_file(folder, "one/open.v4", host(kSsh));
    write_file(folder, "a.v4", host(kSsh));
    write_file(folder, "b.v4", host(kWideSsh));
    write_file(folder, "c.v4", host("# only text\n" + kSsh));
    const auto verdict = [&](const std::string& old, const std::string& now) {
        const Ran ran = run_fwproof({"diff", old, now, "--fail-on", "never", "--format", "html"}, folder);
        CHECK(ran.status == 0);
        const std::size_t start = ran.out.find("<div class=\"verdict ") + 20;
        const std::size_t words = ran.out.find("<strong>", start) + 8;
        return ran.out.substr(start, ran.out.find('"', start) - start) + ": " +
               ran.out.substr(words, ran.out.find("</strong>", words) - words);
    };
    CHECK(verdict("a.v4", "b.v4") == "bad: Widened.");
    // Without a site nothing was asked about required flows.
    const std::string page = run_fwproof({"diff", "a.v4", "c.v4", "--format", "html"}, folder).out;
    CHECK(page.find("text-only-change") != std::string::npos);
    CHECK(page.find("required-flow-lost") == std::string::npos);
    CHECK(page.find("lapsed-waiver") == std::string::npos);
    CHECK(verdict("b.v4", "a.v4") == "good: Narrowed.");
    CHECK(verdict("a.v4", "c.v4") == "good: Unchanged: both versions permit exactly the same flows.");
    CHECK(verdict("none", "one") ==
          "open: Not decided: exports were added or removed; nothing differs where both versions have a policy.");
    CHECK(run_fwproof({"diff", "none", "one", "--strict"}, folder).status == 3);
    // Neither does a check that was told not to fail turn green.
    write_file(folder, "faults.v4", host("-A INPUT -j ACCEPT\n" + kSsh));
    const Ran faults = run_fwproof({"lint", "faults.v4", "--fail-on", "never", "--format", "html"}, folder);
    CHECK(faults.status == 0);
    CHECK(faults.out.find("<div class=\"verdict bad\">") != std::string::npos);
    CHECK(faults.out.find("<strong>The rules have faults that must be mended.</strong>") != std::string::npos);
}

TEST_CASE("an address family that one version is silent about is no equivalence") {
    const std::string folder = fresh_directory("diff-families");
    const std::string v6 = "# Generated by ip6tables-save v1.8.9 on Mon Nov  2 08:00:01 2026\n";
    const std::string v4 = "# Generated by iptables-save v1.8.9 on Mon Nov  2 08:00:01 2026\n";
    const std::string open6 = v6 + "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n";
    write_file(folder, "one.v4", v4 + host(kSsh));
    write_file(folder, "both.v4", v4 + host(kSsh) + open6);
    const Ran wider = run_fwproof({"diff", "one.v4", "both.v4", "--fail-on", "widened"}, folder);
    CHECK(wider.status == 1);
    CHECK(first_line(wider.out) == "widened and narrowed");
    CHECK(wider.out.find("  became known     any any > any6\n") != std::string::npos);
    CHECK(wider.out.find("  note: only the version after speaks of IPv6\n") != std::string::npos);
    CHECK(wider.out.find("text-only-change") == std::string::npos);
    const Ran gone = run_fwproof({"diff", "both.v4", "one.v4", "--fail-on", "narrowed"}, folder);
    CHECK(gone.status == 1);
    CHECK(gone.out.find("  became unknown   any any > any6\n") != std::string::npos);
    const Ran only = run_fwproof({"diff", "one.v4", "both.v4", "--family", "ipv4", "--fail-on", "changed"}, folder);
    CHECK(only.status == 0);
    CHECK(first_line(only.out) == "unchanged: both versions permit exactly the same IPv4 flows");

    const Ran foreign =
        diff_in("migration", {"edge.cfg", "edge.v4", "--at", "transit", "--fail-on", "widened", "--interface",
                              "outside=eth0", "--interface", "inside=eth1", "--interface", "dmz=eth2"});
    CHECK(foreign.status == 1);
    CHECK(first_line(foreign.out) == "not decided: a part could not be compared");
    CHECK(foreign.out.find("  not compared: IPv6: only the version before speaks of it\n") != std::string::npos);
}

TEST_CASE("a rule behind a translation that asks what an address is changes what is translated, whatever that was") {
    const std::string directory = fresh_directory("diff-translated-kind");
    const auto rules = [](const std::string& verdict) {
        return "# Generated by iptables-save v1.8.9\n*nat\n:PREROUTING ACCEPT [0:0]\n"
               "-A PREROUTING -p tcp -m tcp --dport 80 -m addrtype --dst-type LOCAL -j DNAT --to-destination "
               "10.0.2.2:8080\nCOMMIT\n" +
               host("-A FORWARD -d 10.0.2.2 -p tcp -m addrtype --dst-type UNICAST -j " + verdict + "\n");
    };
    write_file(directory, "old.v4", rules("DROP"));
    write_file(directory, "new.v4", rules("ACCEPT"));
    const Ran ran = run_fwproof({"diff", "old.v4", "new.v4"}, directory);
    INFO(ran.out);
    CHECK(ran.out.find("    newly permitted  tcp any > 10.0.2.2:0-79,81-65535\n") != std::string::npos);
    CHECK(ran.out.find("tcp any > 10.0.2.2:80 destination-kind unicast\n") != std::string::npos);
    CHECK(ran.out.find("tcp any > any:80 destination-kind local\n") != std::string::npos);
}

TEST_CASE("findings make the exit status as in lint, and effects whatever is ignored or waived") {
    const std::string folder = fresh_directory("diff-findings");
    write_file(folder, "a.v4", host(kSsh));
    write_file(folder, "b.v4", host(kWideSsh));
    const auto status = [&](std::vector<std::string> words) {
        words.insert(words.begin(), {"diff", "a.v4", "b.v4"});
        return run_fwproof(words, folder).status;
    };
    CHECK(status({"--fail-on", "error"}) == 1);
    CHECK(status({"--fail-on", "error", "--ignore", "widened-access"}) == 0);
    CHECK(status({"--fail-on", "warning", "--select", "narrowed-access"}) == 0);
    CHECK(status({"--fail-on", "never,error"}) == 0);
    CHECK(status({"--fail-on", "widened", "--ignore", "all"}) == 1);
    // A waiver excuses the finding; the gate for widened access stays shut.
    write_file(folder, ".fwproof.toml",
               "[[waiver]]\ncheck = \"widened-access\"\nregion = \"tcp 10.0.0.0/8 > any:22\"\nuntil = 2099-01-01\n"
               "owner = \"net-ops\"\nreason = \"CHG-7\"\n");
    CHECK(status({"--fail-on", "error"}) == 0);
    CHECK(status({"--fail-on", "widened"}) == 1);
    const Ran waived = run_fwproof({"diff", "a.v4", "b.v4"}, folder);
    INFO(waived.out);
    CHECK(waived.out.find(", which the default of INPUT denied before (waived: CHG-7)\n") != std::string::npos);
    std::filesystem::remove(folder + "/.fwproof.toml");
    // A baseline hides what was approved.
    CHECK(run_fwproof({"diff", "a.v4", "b.v4", "--write-baseline", "known.json"}, folder).status == 0);
    CHECK(status({"--fail-on", "error", "--baseline", "known.json"}) == 0);
    const Ran known = run_fwproof({"diff", "a.v4", "b.v4", "--baseline", "known.json"}, folder);
    CHECK(known.out.find("1 finding in the baseline\n") != std::string::npos);
    CHECK(known.out.find("error[") == std::string::npos);
}

TEST_CASE("the formats of reports show the findings of a change, under the names of files") {
    const Repository repository("diff-formats");
    std::filesystem::create_directory(repository.path + "/rules");
    repository.stage("rules/edge.v4", host(kSsh));
    repository.commit("one");
    repository.stage("rules/edge.v4", host(kWideSsh));
    repository.commit("two");
    const auto in = [&](const std::string& format) {
        const Ran ran = repository.fwproof({"diff", "HEAD~1:", "HEAD:", "--fail-on", "widened", "--format", format});
        CHECK(ran.err.empty());
        CHECK(ran.status == 1);
        return ran.out;
    };
    const auto sarif = nlohmann::json::parse(in("sarif"))["runs"][0];
    REQUIRE(sarif["results"].size() == 1);
    const auto& place = sarif["results"][0]["locations"][0]["physicalLocation"];
    CHECK(sarif["results"][0]["ruleId"] == "FW801");
    CHECK(place["artifactLocation"]["uri"] == "rules/edge.v4");
    CHECK(place["region"]["startLine"] == 5);
    CHECK(sarif["automationDetails"]["id"] == "fwproof/diff/");
    CHECK(sarif["invocations"][0]["exitCode"] == 1);
    CHECK(in("github").starts_with("::error file=rules/edge.v4,line=5,col=1,title=widened-access::"));
    CHECK(in("junit").find("failures=\"1\"") != std::string::npos);
    CHECK(in("csv").find("\nerror,widened-access,FW801,exact,rules/edge.v4,rules/edge.v4,5,1,") != std::string::npos);
    CHECK(nlohmann::json::parse(in("gitlab"))[0]["location"]["path"] == "rules/edge.v4");
    const std::string page = in("html");
    CHECK(page.find("<h1>Firewall change report</h1>") != std::string::npos);
    CHECK(page.find("<div class=\"verdict bad\">") != std::string::npos);
    CHECK(page.find("<strong>Widened.</strong>") != std::string::npos);
    CHECK(page.find("<p><code>HEAD~1:rules/edge.v4</code> \u2192 <code>HEAD:rules/edge.v4</code>; dates as of ") !=
          std::string::npos);
    CHECK(page.find("widened-access") != std::string::npos);
    CHECK(nlohmann::json::parse(in("jsonl")) == nlohmann::json::parse(in("json")));
    CHECK(nlohmann::json::parse(in("json"))["findings"][0]["check"] == "widened-access");
    const Ran several = repository.fwproof({"diff", "HEAD~1:", "HEAD:", "--format", "sarif", "--output", "a.sarif",
                                            "--format", "markdown", "--output", "a.md"});
    CHECK(several.status == 0);
    CHECK(several.out.empty());
    CHECK(read_whole(repository.path + "/a.md").find("- **error** widened-access: ") != std::string::npos);
    CHECK(std::filesystem::file_size(repository.path + "/a.sarif") > 1000);
}

TEST_CASE("directories are compared file by file") {
    const std::string folder = fresh_directory("diff-folders");
    for (const char* sub : {"/old/site", "/new/site"}) std::filesystem::create_directories(folder + sub);
    write_file(folder, "old/site/a.v4", host(kSsh));
    write_file(folder, "new/site/a.v4", host(kWideSsh));
    write_file(folder, "old/same.v4", host(kSsh));
    write_file(folder, "new/same.v4", host(kSsh));
    write_file(folder, "old/gone.v4", host(kSsh));
    write_file(folder, "new/fresh.cfg", "hostname fresh\naccess-list OUT extended permit ip any any\n");
    write_file(folder, "old/README", "one");
    write_file(folder, "new/README", "two");
    const Ran ran = run_fwproof({"diff", "old", "new"}, folder);
    CHECK(ran.err.empty());
    CHECK(ran.out.find("fresh.cfg: added; there is nothing to compare it with\n") != std::string::npos);
    CHECK(ran.out.find("gone.v4: removed; nothing says what stands in its place\n") != std::string::npos);
    CHECK(ran.out.find("site/a.v4: iptables: widened\n") != std::string::npos);
    CHECK(ran.out.find("README") == std::string::npos);
    CHECK(ran.out.find("1 region newly permitted; 1 changed, 1 added, 1 removed, 1 the same\n") != std::string::npos);
    const auto json = nlohmann::json::parse(run_fwproof({"diff", "old", "new", "--format", "json"}, folder).out);
    CHECK(json.at("files").size() == 3);
    CHECK(json.at("effect") == "widened");

    // As lint does: what is hidden is left out, a link is followed, one that leads nowhere is refused.
    std::filesystem::create_directory(folder + "/new/.git");
    write_file(folder, "new/.git/x.v4", host(kWideSsh));
    write_file(folder, "elsewhere", host(kWideSsh));
    std::filesystem::remove(folder + "/new/same.v4");
    std::filesystem::create_symlink(folder + "/elsewhere", folder + "/new/same.v4");
    const Ran linked = run_fwproof({"diff", "old", "new"}, folder);
    CHECK(linked.out.find("\nsame.v4: iptables: widened\n") != std::string::npos);
    CHECK(linked.out.find("x.v4") == std::string::npos);
    std::filesystem::remove(folder + "/elsewhere");
    const Ran broken = run_fwproof({"diff", "old", "new"}, folder);
    CHECK(broken.status == 2);
    CHECK(broken.err ==
          "new/same.v4: error: cannot be read: No such file or directory; mend it, or name the exports one by one\n");
    CHECK(run_fwproof({"lint", "new"}, folder).err == broken.err);
}

TEST_CASE("links to directories are not followed, and are named where they may hide a difference") {
    namespace fs = std::filesystem;
    const std::string folder = fresh_directory("diff-links");
    for (const char* sub : {"/old/site", "/new/site", "/away"}) fs::create_directories(folder + sub);
    for (const std::string side : {"old", "new"}) {
        write_file(folder, side + "/a.v4", host(kSsh));
        write_file(folder, side + "/site/b.v4", host(kSsh));
        fs::create_directory_symlink("site", folder + "/" + side + "/current");    // compared under its own name
        fs::create_directory_symlink("../away", folder + "/" + side + "/shared");  // one directory
    }
    write_file(folder, "away/c.v4", host(kSsh));
    const Ran same = run_fwproof({"diff", "old", "new", "--strict"}, folder);
    INFO(same.out << same.err);
    CHECK(same.status == 0);
    CHECK(same.out.starts_with("unchanged: no export differs\n"));
    fs::create_directory(folder + "/elsewhere");
    write_file(folder, "elsewhere/c.v4", host(kWideSsh));
    fs::remove(folder + "/new/shared");
    fs::create_directory_symlink("../elsewhere", folder + "/new/shared");
    const Ran moved = run_fwproof({"diff", "old", "new", "--strict"}, folder);
    INFO(moved.out << moved.err);
    CHECK(moved.status == 3);
    CHECK(
        moved.out.starts_with("not decided: a part could not be compared\n\n"
                              "shared: not compared: it is a link to a directory, which is not followed; compare "
                              "what it leads to by itself\n"));
    CHECK(run_fwproof({"diff", "old", "new", "--fail-on", "widened"}, folder).status == 1);
    // What git has lies in no directory beyond it: a link that is the same on the disk hides nothing.
    const Repository repository("diff-links-git");
    repository.stage("a.v4", host(kSsh));
    fs::create_directory_symlink(folder + "/away", repository.path + "/shared");
    repository.git({"add", "shared"});
    REQUIRE(repository.commit("one").status == 0);
    CHECK(repository.fwproof({"diff", "HEAD:", ".", "--strict"}).status == 0);
    fs::remove(repository.path + "/shared");
    fs::create_directory_symlink(folder + "/elsewhere", repository.path + "/shared");
    CHECK(repository.fwproof({"diff", "HEAD:", ".", "--strict"}).status == 3);
}

TEST_CASE("an export under another name is known by its bytes, its device or its likeness") {
    const auto edge = [](const std::string& name, const std::string& port) {
        std::string text = name.empty() ? "" : "hostname " + name + "\n";
        for (const char* known : {"80", "443", "8080", "8443", "9443"})
            text += "access-list OUT extended permit tcp any host 10.2.0.9 eq " + std::string(known) + "\n";
        return text + "access-list OUT extended permit tcp any host 10.2.0.9 eq " + port + "\n";
    };
    const std::string other = "access-list IN extended deny ip any any\n";
    struct Case {
        const char* what;
        std::vector<std::pair<std::string, std::string>> before, after;
        std::vector<std::string> said;
        int status;
    };
    const std::vector<Case> cases = {
        {"the same bytes",
         {{"a.cfg", edge("", "25")}},
         {{"b/c.cfg", edge("", "25")}},
         {"unchanged: no export differs"},
         0},
        {"half and more is the same",
         {{"a.cfg", edge("", "25")}},
         {{"b.cfg", edge("", "26")}},
         {"\nb.cfg (renamed from a.cfg): asa: widened and narrowed\n", "1 changed, 0 added, 0 removed"},
         1},
        {"less is the same", {{"a.cfg", edge("", "25")}}, {{"b.cfg", other}}, {"a.cfg: removed;", "b.cfg: added;"}, 1},
        {"devices by name, though little is alike",
         {{"a.cfg", "hostname edge1\n" + other}, {"b.cfg", edge("edge2", "25")}},
         {{"c.cfg", edge("edge2", "26")}, {"d.cfg", edge("edge1", "25")}},
         {"\nc.cfg (renamed from b.cfg): asa edge2: ", "\nd.cfg (renamed from a.cfg): asa edge1: "},
         1},
        {"another device of one template",
         {{"a.cfg", edge("edge1", "25")}},
         {{"b.cfg", edge("edge2", "25")}},
         {"a.cfg: removed;", "b.cfg: added;"},
         1},
        {"devices of one name are told apart by likeness",
         {{"a.cfg", edge("edge", "25")}, {"b.cfg", "hostname edge\n" + other + other}},
         {{"c.cfg", edge("edge", "26")}, {"d.cfg", "hostname edge\n" + other + "! x\n" + other}},
         {"\nc.cfg (renamed from a.cfg): ", "\nd.cfg (renamed from b.cfg): "},
         1},
    };
    int number = 0;
    for (const auto& one : cases) {
        INFO(one.what);
        const Repository repository("diff-renamed-" + std::to_string(++number));
        repository.stage("README", "exports\n");
        for (const auto& [name, text] : one.before) repository.stage(name, text);
        REQUIRE(repository.commit("one").status == 0);
        std::filesystem::create_directories(repository.path + "/b");
        for (const auto& [name, text] : one.before) repository.git({"rm", "-q", name});
        for (const auto& [name, text] : one.after) repository.stage(name, text);
        std::string said;
        const auto check = [&](const std::vector<std::string>& versions) {
            std::vector<std::string> words = {"diff", "--fail-on", "changed"};
            words.insert(words.end(), versions.begin(), versions.end());
            const Ran ran = repository.fwproof(words);
            INFO(ran.out << ran.err);
            CHECK(ran.err.empty());
            CHECK(ran.status == one.status);
            for (const auto& sentence : one.said) CHECK(ran.out.find(sentence) != std::string::npos);
        };
        check({"--staged"});
        check({"HEAD:", "."});
        REQUIRE(repository.commit("two").status == 0);
        check({"HEAD~1:", "HEAD:"});
    }
}

TEST_CASE("directories without any export are no input") {
    const std::string folder = fresh_directory("diff-nothing");
    for (const char* sub : {"/old", "/new"}) std::filesystem::create_directory(folder + sub);
    for (int turn = 0; turn < 2; ++turn) {
        const Ran ran = run_fwproof({"diff", "old", "new", "--fail-on", "changed"}, folder);
        CHECK(ran.status == 3);
        CHECK(ran.out.empty());
        CHECK(ran.err == "fwproof: error: no firewall export in old and new; name the files\n");
        for (const char* name : {"old/README", "new/README"}) write_file(folder, name, "one");
    }
    for (const char* name : {"old/a.v4", "new/a.v4"}) write_file(folder, name, host(kSsh));
    CHECK(run_fwproof({"diff", "old", "new"}, folder).status == 0);
}

TEST_CASE("a backup of a group policy object in a directory is one export") {
    const std::string folder = fresh_directory("diff-backups");
    const std::string backup = std::string(FWPROOF_ROOT) + "/fixtures/vendor/windows/one-policy";
    for (const std::string side : {"/old", "/new"}) {
        std::filesystem::create_directories(folder + side + "/site");
        std::filesystem::copy(backup, folder + side + "/site/gpo", std::filesystem::copy_options::recursive);
    }
    const Ran same = run_fwproof({"diff", "old", "new"}, folder);
    INFO(same.out << same.err);
    CHECK(same.status == 0);
    CHECK(first_line(same.out) == "unchanged: no export differs");
    CHECK(same.out.find("0 changed, 0 added, 0 removed, 1 the same") != std::string::npos);
}

TEST_CASE("revisions, the working tree and the index are versions") {
    const Repository repository("diff-git");
    repository.stage("edge rules.v4", host(kSsh));
    repository.stage("notes.txt", "not an export");
    const Ran first = repository.fwproof({"diff", "--staged", "--fail-on", "widened"});
    CHECK(first.status == 1);  // nothing says what the new export permits beyond what was there
    CHECK(first.out.find("edge rules.v4: added") != std::string::npos);
    repository.commit("one");
    repository.stage("edge rules.v4", host(kWideSsh));
    repository.stage("notes.txt", "changed");
    const Ran staged = repository.fwproof({"diff", "--staged", "--fail-on", "widened"});
    CHECK(staged.status == 1);
    CHECK(staged.out.find("before    deny: default of INPUT (HEAD:edge rules.v4:2)\n") != std::string::npos);
    CHECK(staged.out.find("after     permit: INPUT rule 1 (edge rules.v4:5)\n") != std::string::npos);
    repository.commit("two");
    CHECK(first_line(repository.fwproof({"diff", "HEAD~1:", "HEAD:"}).out) == "widened");
    CHECK(first_line(repository.fwproof({"diff", "HEAD:edge rules.v4", "HEAD~1:edge rules.v4"}).out) == "narrowed");
    CHECK(first_line(repository.fwproof({"diff", "HEAD~1:edge rules.v4", "edge rules.v4"}).out) == "widened");
    CHECK(first_line(repository.fwproof({"diff", "HEAD:", "."}).out) == "unchanged: no export differs");
    CHECK(first_line(repository.fwproof({"diff", "--staged"}).out) == "unchanged: no export differs");
    // A renamed file is compared with what it was.
    repository.git({"mv", "edge rules.v4", "core.v4"});
    repository.stage("core.v4", host(kWideSsh + "-A INPUT -p udp -m udp --dport 53 -j ACCEPT\n"));
    const Ran renamed = repository.fwproof({"diff", "--staged", "--fail-on", "widened"});
    CHECK(renamed.status == 1);
    CHECK(renamed.out.find("core.v4 (renamed from edge rules.v4): iptables: widened\n") != std::string::npos);
}

TEST_CASE("what cannot be compared is named, with what to do about it") {
    const Repository repository("diff-errors");
    repository.stage("a.v4", host(kSsh));
    repository.commit("one");
    std::filesystem::create_directory(repository.path + "/folder");
    write_file(repository.path, "junk", "nothing that anybody knows\n");
    const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
        {{"diff"}, "fwproof: error: nothing to compare; write fwproof diff OLD NEW, or fwproof diff --staged\n"},
        {{"diff", "a.v4"},
         "fwproof: error: only one version is named; write fwproof diff OLD NEW, or fwproof diff --staged\n"},
        {{"diff", "a.v4", "folder"},
         "fwproof: error: 'folder' is a directory and 'a.v4' is not; compare two files or two directories\n"},
        {{"diff", "HEAD:nothing", "a.v4"},
         "HEAD:nothing: error: is neither a file nor REV:path of this git repository; HEAD:rules/edge.cfg is one\n"},
        {{"diff", "--upload-pack=x:y", "a.v4"},
         "fwproof: error: unknown option '--upload-pack=x:y'; 'fwproof diff --help' lists the options\n"},
        {{"diff", "missing", "a.v4"},
         "missing: error: cannot be read: No such file or directory; check the path; it is taken from the current "
         "directory\n"},
        {{"diff", "a.v4", "junk"},
         "junk: error: not a firewall export that fwproof knows; known formats: iptables, asa, windows; "
         "--input-format forces one\n"},
        {{"diff", "a.v4", "a.v4", "--fail-on", "widend"},
         "fwproof: error: --fail-on 'widend' is not known; did you mean 'widened'?\n"},
        {{"diff", "a.v4", "a.v4", "--fail-on", "required-lost"},
         "fwproof: error: --fail-on required-lost without a site finds nothing; give --site FILE, or name the site in "
         ".fwproof.toml\n"},
        {{"diff", "a.v4", "a.v4", "--format", "oscal"},
         "fwproof: error: unknown format 'oscal'; known: text, json, jsonl, markdown, sarif, junit, github, gitlab, "
         "csv, html\n"},
        {{"diff", "a.v4", "a.v4", "--select", "widened"},
         "fwproof: error: no check is named 'widened'; 'fwproof checks' lists them\n"},
        {{"diff", "a.v4", "a.v4", "--interface", "inside"},
         "fwproof: error: --interface 'inside' has no two names; write it as inside=eth1\n"},
        {{"diff", "--staged", "nosuch"},
         "nosuch: error: is neither staged nor in the last commit; check the path; it is taken from the current "
         "directory\n"},
        {{"diff", "a.v4", "a.v4", "--at", "Transit"},
         "fwproof: error: --at 'Transit' is none of inbound, outbound, transit; did you mean 'transit'?\n"},
        {{"diff", "a.v4", "a.v4", "--at", "FORWARD"},
         "fwproof: error: --at 'FORWARD' is none of inbound, outbound, transit; a chain or list is asked about with "
         "fwproof explain EXPORT 'FLOW at NAME'\n"},
        {{"diff", "a.v4", "a.v4", "--family", "ip6"},
         "fwproof: error: --family 'ip6' is not known; write IPv4 or IPv6\n"},
        {{"diff", "a.v4", "a.v4", "--format", "markdwon"},
         "fwproof: error: unknown format 'markdwon'; did you mean 'markdown'?\n"},
    };
    for (const auto& [arguments, message] : cases) {
        const Ran ran = repository.fwproof(arguments);
        CHECK(ran.err == message);
        CHECK(ran.out.empty());
        CHECK(ran.status == 2);
    }
    const std::string program = std::string(FWPROOF_BINARY_DIR) + "/fwproof";
    const Ran no_git = run_command("PATH=/nonexistent '" + program + "' diff --staged", repository.path);
    CHECK(no_git.err ==
          "fwproof: error: git is not installed, or not on the PATH; install it, or compare files: fwproof diff OLD "
          "NEW\n");
    const Ran no_repository = run_fwproof({"diff", "--staged"}, "/", {}, Repository::alone());
    CHECK(no_repository.status == 2);
    CHECK(no_repository.err.find("fwproof: error: git: ") == 0);
}

TEST_CASE("a link to an export is no export of its own") {
    const Repository repository("diff-links");
    repository.stage("a.v4", host(kSsh));
    std::filesystem::create_symlink("a.v4", repository.path + "/current.v4");
    repository.git({"add", "current.v4"});
    REQUIRE(repository.commit("one").status == 0);
    const std::vector<std::string> tree = {"diff", "HEAD:", ".", "--fail-on", "changed"};
    const Ran same = repository.fwproof(tree);
    INFO(same.out << same.err);
    CHECK(same.status == 0);
    CHECK(first_line(same.out) == "unchanged: no export differs");
    // One that leads elsewhere is another export in its place.
    write_file(repository.path, "b.v4", host(kWideSsh));
    std::filesystem::remove(repository.path + "/current.v4");
    std::filesystem::create_symlink("b.v4", repository.path + "/current.v4");
    const Ran moved = repository.fwproof(tree);
    CHECK(moved.status == 1);
    CHECK(moved.out.find("current.v4: added") != std::string::npos);
}

TEST_CASE("an interface that a version does not have renames nothing") {
    const std::string edge =
        "ASA Version 9.16(4)\ninterface GigabitEthernet0/0\n nameif outside\n security-level 0\n"
        " ip address 203.0.113.2 255.255.255.0\n";
    const std::string folder = fresh_directory("diff-interface-names");
    write_file(folder, "a.cfg", edge);
    write_file(folder, "b.cfg", edge);
    write_file(folder, "c.v4", host("-A INPUT -i eth0 -j ACCEPT\n"));
    const auto error = [&](const std::string& after, const std::string& pair) {
        const Ran ran = run_fwproof({"diff", "a.cfg", after, "--interface", pair}, folder);
        CHECK(ran.status == (ran.err.empty() ? 0 : 2));
        return ran.err;
    };
    CHECK(error("b.cfg", "outsid=outside") ==
          "fwproof: error: --interface 'outsid=outside': no interface of the version before is called outsid; did you "
          "mean 'outside'?\n");
    CHECK(error("b.cfg", "outside=eth0") ==
          "fwproof: error: --interface 'outside=eth0': no interface of the version after is called eth0; known: "
          "outside\n");
    CHECK(error("c.v4", "outside=eth1").empty());  // a dump lists no interfaces
}

TEST_CASE("an export that is none any more keeps no other from being compared") {
    const Repository repository("diff-no-export");
    repository.stage("a.v4", host(kSsh));
    repository.stage("b.v4", host(kSsh));
    REQUIRE(repository.commit("one").status == 0);
    repository.stage("a.v4", "nothing\n");
    repository.stage("b.v4", host(kWideSsh));
    const Ran ran = repository.fwproof({"diff", "--staged", "--fail-on", "changed"});
    INFO(ran.out << ran.err);
    CHECK(ran.status == 1);
    CHECK(ran.out.find("a.v4: not compared: the version after is no export that can be read: ") != std::string::npos);
    CHECK(ran.out.find("b.v4: iptables: widened\n") != std::string::npos);
    CHECK(repository.fwproof({"diff", "--staged", "--fail-on", "narrowed"}).status == 1);
    CHECK(repository.fwproof({"diff", "HEAD:a.v4", "a.v4"}).status == 2);
}
