// fwproof diff: what a reviewer sees.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/diff_exports.hpp"
#include "support/catch.hpp"
#include "support/program.hpp"
#include "support/repository.hpp"

namespace {

// In the folder of a fixture, so that paths in the output are short.
Ran diff_in(const std::string& folder, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "diff");
    return run_fwproof(arguments, std::string(FWPROOF_ROOT) + "/fixtures/diff/" + folder);
}

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
    CHECK(wider.out.find(":8443 and 1 more region may be permitted now inbound, profiles domain, private and public, "
                         "on other conditions than before, depending on "
                         "program C:\\Users\\Public\\nc.exe; it can come from the Internet\n") != std::string::npos);
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
    CHECK(ran.out.find("    newly permitted  tcp any > {any4 except 10.0.2.2, 224.0.0.0/4, 255.255.255.255}:80 "
                       "destination-kind local\n") != std::string::npos);
    CHECK(ran.out.find("                     tcp any > 10.0.2.2\n") != std::string::npos);
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
