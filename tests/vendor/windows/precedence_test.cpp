// Stores whose role the user gives: several policy objects in their order, device management, the local store.
#include "support/catch.hpp"
#include "vendor/windows/ask.hpp"

#include <algorithm>

using namespace fwproof;
using namespace fwproof::windows;

namespace {

constexpr auto kIn = Position::inbound;

struct File {
    std::string name, bytes;
    StoreRole role = StoreRole::sniffed;
};

// The objects have their rank by their order.
Input host(const std::vector<File>& files) {
    Input input{"host", {}};
    std::size_t rank = 0;
    for (const File& file : files)
        input.add(std::make_shared<const Source>(file.name, file.bytes),
                  {file.role, file.role == StoreRole::gpo ? rank++ : 0, false});
    return input;
}

std::string verdict(const std::vector<File>& files, std::string_view service, std::string_view profile = "domain") {
    const auto policies = load_policies(host(files), {});
    if (!policies) return render(policies.error());
    REQUIRE(policies->size() == 1);
    return ask(policies->at(0), profile, kIn, "10.0.0.5 > 10.9.9.9 " + std::string(service));
}

File gpo(std::string name, std::string bytes) { return {std::move(name), std::move(bytes), StoreRole::gpo}; }
File local(std::string bytes) { return {"l.reg", std::move(bytes), StoreRole::local}; }

std::string allow(std::string_view rest) { return "v2.31|Action=Allow|Active=TRUE|Dir=In|" + std::string(rest); }
std::string block(std::string_view rest) { return "v2.31|Action=Block|Active=TRUE|Dir=In|" + std::string(rest); }

const std::string kKey = "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall";
std::string domain(const std::string& lines) { return kKey + "\\DomainProfile]\r\n" + lines + "\r\n"; }

const std::string kSsh = allow("Protocol=6|LPort=22|");

}  // namespace

TEST_CASE("policy and local store give one verdict in either order") {
    struct Case {
        std::string name, policy, verdict;
    };
    const std::vector<Case> cases = {
        {"no merge", gpo_reg({allow("Protocol=6|LPort=80|")}, domain("\"AllowLocalPolicyMerge\"=dword:00000000")), "D"},
        {"merge", gpo_reg({allow("Protocol=6|LPort=80|")}), "U"},  // both rules are called r1
        {"block", gpo_reg({}, kKey + "\\FirewallRules]\r\n\"b\"=\"" + block("Protocol=6|LPort=22|") + "\"\r\n"), "D"},
        {"firewall off", gpo_reg({}, domain("\"EnableFirewall\"=dword:00000000")), "P"},
    };
    for (const Case& item : cases) {
        INFO(item.name);
        CHECK(verdict({gpo("g.reg", item.policy), local(reg({kSsh}))}, "tcp/22") == item.verdict);
        CHECK(verdict({local(reg({kSsh})), gpo("g.reg", item.policy)}, "tcp/22") == item.verdict);
        CHECK(verdict({{"l.reg", reg({kSsh})}, {"g.reg", item.policy}}, "tcp/22") == item.verdict);
    }
}

TEST_CASE("the first policy object wins") {
    const std::string off = domain("\"EnableFirewall\"=dword:00000000"),
                      on = domain("\"EnableFirewall\"=dword:00000001");
    const File shut = gpo("shut.reg", gpo_reg({}, on)), open = gpo("open.reg", gpo_reg({}, off));
    CHECK(verdict({shut, open}, "tcp/80") == "D");
    CHECK(verdict({open, shut}, "tcp/80") == "P");
    CHECK(verdict({{"a.reg", gpo_reg({}, on)}, {"b.reg", gpo_reg({}, off)}}, "tcp/80") == "U");  // no order is known
    // Shields up of an object that loses are not up; those of the local store are.
    const std::string up = "\"DoNotAllowExceptions\"=dword:00000001", down = "\"DoNotAllowExceptions\"=dword:00000000";
    CHECK(verdict({gpo("a.reg", gpo_reg({kSsh}, domain(down))), gpo("b.reg", gpo_reg({}, domain(up)))}, "tcp/22") ==
          "P");
    CHECK(verdict({gpo("b.reg", gpo_reg({}, domain(up))), gpo("a.reg", gpo_reg({kSsh}, domain(down)))}, "tcp/22") ==
          "D");
}

TEST_CASE("a rule of a policy object replaces its namesake") {
    const File narrow = gpo("narrow.reg", gpo_reg({allow("Protocol=6|LPort=22|RA4=192.0.2.0/24|")}));
    const File wide = gpo("wide.reg", gpo_reg({kSsh}));
    CHECK(verdict({narrow, wide}, "tcp/22") == "D");
    CHECK(verdict({wide, narrow}, "tcp/22") == "P");
    // An empty value is no rule, and replaces one.
    const File empty = gpo("empty.reg", gpo_reg({""}));
    CHECK(verdict({empty, wide}, "tcp/22") == "D");
    CHECK(verdict({wide, empty}, "tcp/22") == "P");
    const auto policies = load_policies(host({narrow, wide}), {});
    REQUIRE(policies);
    const auto& notes = policies->at(0).notes;
    CHECK(std::any_of(notes.begin(), notes.end(), [](const Note& note) {
        return note.message ==
               "rule 'r1' of policy object 'wide.reg' is not in force: policy object 'narrow.reg' replaces it";
    }));
    // Reports name no ids: one of the same name is perhaps the same rule.
    const auto report = [](const std::string& remote) {
        return "<GPO xmlns=\"http://www.microsoft.com/GroupPolicy/Settings\"><Name>N" + remote +
               "</Name><Computer><Enabled>true</Enabled><ExtensionData><Extension "
               "xmlns:q1=\"http://www.microsoft.com/GroupPolicy/Settings/WindowsFirewall\"><q1:InboundFirewallRules>"
               "<q1:Action>Allow</q1:Action><q1:Name>ssh</q1:Name><q1:Dir>In</q1:Dir><q1:LPort>22</q1:LPort>" +
               remote +
               "<q1:Protocol>6</q1:Protocol><q1:Active>true</q1:Active></q1:InboundFirewallRules></Extension>"
               "</ExtensionData></Computer><LinksTo><SOMPath>x</SOMPath><Enabled>true</Enabled></LinksTo></GPO>";
    };
    const File one = gpo("a.xml", report("<q1:RA4>192.0.2.0/24</q1:RA4>")), other = gpo("b.xml", report(""));
    CHECK(verdict({one, other}, "tcp/22") == "U");
    CHECK(verdict({other, one}, "tcp/22") == "P");
}

TEST_CASE("what the winner deletes is gone from the others") {
    const std::string rules = kKey + "\\FirewallRules]\r\n";
    const File ssh = gpo("ssh.reg", gpo_reg({kSsh}, domain("\"DefaultInboundAction\"=dword:00000000")));
    struct Case {
        std::string name, lines, ssh, other;
    };
    const std::vector<Case> cases = {
        {"the rule", rules + "\"r1\"=-\r\n", "D", "D"},
        {"another rule", rules + "\"r2\"=-\r\n", "P", "D"},
        {"all of them", "[-HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall\\FirewallRules]\r\n", "D",
         "D"},
        {"all policy", "[-HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall]\r\n", "D", "D"},
        {"a setting", domain("\"DefaultInboundAction\"=-\r\n"), "P", "D"},
    };
    for (const Case& item : cases) {
        INFO(item.name);
        const std::string text = "Windows Registry Editor Version 5.00\r\n\r\n" + item.lines;
        const bool setting = item.name == "a setting" || item.name == "all policy";
        const File keep = gpo("keep.reg", gpo_reg({}, domain("\"DefaultInboundAction\"=dword:00000001")));
        std::vector<File> files = {gpo("del.reg", text), ssh};
        if (!setting) files.insert(files.begin(), keep);
        CHECK(verdict(files, "tcp/22") == item.ssh);
        CHECK(verdict(files, "tcp/80") == item.other);
        // The loser deletes nothing of the winner.
        CHECK(verdict({ssh, gpo("del.reg", text)}, "tcp/22") == "P");
        CHECK(verdict({ssh, gpo("del.reg", text)}, "tcp/80") == "P");
    }
    // Without an order the rule may be gone.
    const File shut{"shut.reg", gpo_reg({}, domain("\"DefaultInboundAction\"=dword:00000001"))};
    CHECK(verdict({{"a.reg", gpo_reg({kSsh})},
                   {"b.reg", "Windows Registry Editor Version 5.00\r\n\r\n" + rules + "\"r1\"=-\r\n"},
                   shut},
                  "tcp/22") == "U");
}

TEST_CASE("preferences of a policy object may write into the local store") {
    const std::string preferences =
        "<RegistrySettings clsid=\"{A3CCFC41-DFDB-43a5-8D26-0FE8B954DA51}\"><Registry name=\"p\"><Properties "
        "action=\"U\" "
        "hive=\"HKEY_LOCAL_MACHINE\" "
        "key=\"SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy\\FirewallRules\" "
        "name=\"p\" "
        "type=\"REG_SZ\" value=\"" +
        allow("Protocol=6|LPort=80|") + "\"/></Registry></RegistrySettings>";
    CHECK(verdict({gpo("Registry.xml", preferences), local(reg({kSsh}))}, "tcp/80") == "P");
    CHECK(verdict({gpo("Registry.xml", preferences), local(reg({kSsh})),
                   gpo("g.reg", gpo_reg({}, domain("\"AllowLocalPolicyMerge\"=dword:00000000")))},
                  "tcp/80") == "D");
}

TEST_CASE("a role against what the file holds is an error") {
    const std::string both = reg({kSsh}) + kKey + "\\FirewallRules]\r\n\"b\"=\"" + kSsh + "\"\r\n";
    CHECK(verdict({{"x", gpo_reg({kSsh}), StoreRole::local}}, "tcp/22") ==
          "x: error: holds no local store of a host\nhint: --gpo FILE takes it\n");
    CHECK(verdict({{"x", reg({kSsh}), StoreRole::gpo}}, "tcp/22") ==
          "x: error: holds no group policy\nhint: --local FILE takes it\n");
    CHECK(verdict({{"x", reg({kSsh}), StoreRole::mdm}}, "tcp/22") ==
          "x: error: holds no device management alone\nhint: --local FILE takes it\n");
    CHECK(verdict({{"x", both, StoreRole::local}}, "tcp/22") ==
          "x: error: holds group policy beside the local store\n"
          "hint: it speaks for the whole host: name it alone, as EXPORT\n");
    CHECK(verdict({{"x", both, StoreRole::gpo}}, "tcp/22") ==
          "x: error: holds a local store beside group policy\n"
          "hint: it speaks for the whole host: name it alone, as EXPORT\n");
    CHECK(verdict({{"a.reg", reg({kSsh})}, {"b.reg", reg({kSsh})}}, "tcp/22") ==
          "b.reg: error: a second local store beside that of a.reg: one host has one\n"
          "hint: give each host its own --local FILE or [[firewall]]\n");
    CHECK(
        verdict({{"d.reg", "Windows Registry Editor Version 5.00\r\n\r\n" + kKey + "\\FirewallRules]\r\n\"r1\"=-\r\n"}},
                "tcp/22") ==
        "d.reg: error: only deletes firewall policy and sets none\n"
        "hint: give it beside the policy that it changes\n");
}

TEST_CASE("an exported hive is what the user says, and in doubt beside another store") {
    const std::string hive = read_fixture("one-policy/policy.wfw"), same = read_fixture("one-policy/policy.reg");
    const std::string rule = "Agent-In";
    const auto rules = [](const std::vector<File>& files) {
        const auto policies = load_policies(host(files), {});
        REQUIRE(policies);
        std::vector<std::string> all;
        for (const Ruleset& ruleset : policies->at(0).rulesets) {
            for (const Rule& one : ruleset.rules)
                all.push_back(one.name + (one.enabled ? "" : " off") + (one.match.conditional ? " perhaps" : ""));
        }
        return all;
    };
    const std::string shut = gpo_reg({}, domain("\"AllowLocalPolicyMerge\"=dword:00000000")), store = reg({kSsh});
    const auto as_policy = rules({gpo("g.reg", same), local(store)});
    // A hive of the host calls the private profile StandardProfile, which is less clear in policy.
    const auto first_ruleset = [](std::vector<std::string> all) {
        all.erase(std::find(std::next(all.begin()), all.end(), "loopback"), all.end());
        return all;
    };
    CHECK(first_ruleset(rules({gpo("p.wfw", hive), local(store)})) == first_ruleset(as_policy));
    const auto count = [](const std::vector<std::string>& all, const std::string& name) {
        return std::count(all.begin(), all.end(), name);
    };
    CHECK(count(rules({gpo("g.reg", shut), {"l.wfw", hive, StoreRole::local}}), rule + " off") == 1);
    CHECK(count(rules({{"g.reg", shut}, {"x.wfw", hive}}), rule + " perhaps") == 1);
    CHECK(count(rules({{"x.wfw", hive}}), rule) == 1);
    // What may be policy is not said to be absent.
    const auto assumes = [](const std::vector<File>& files) {
        const auto policies = load_policies(host(files), {});
        REQUIRE(policies);
        const auto& all = policies->at(0).assumptions;
        return std::count(all.begin(), all.end(),
                          "No group policy adds rules or settings to the local store that was read.");
    };
    CHECK(assumes({{"x.wfw", hive}}) == 1);
    CHECK(assumes({{"l.reg", store}, {"x.wfw", hive}}) == 0);
}

TEST_CASE("files that are layered hold one device each") {
    const std::string gpos =
        "<report xmlns=\"http://www.microsoft.com/GroupPolicy/Settings\">"
        "<GPO><Name>A</Name><Computer><Enabled>true</Enabled><ExtensionData><Extension "
        "xmlns:q1=\"http://www.microsoft.com/GroupPolicy/Settings/WindowsFirewall\"><q1:DomainProfile/></Extension>"
        "</ExtensionData></Computer></GPO><GPO><Name>B</Name><Computer><Enabled>true</"
        "Enabled><ExtensionData><Extension "
        "xmlns:q1=\"http://www.microsoft.com/GroupPolicy/Settings/WindowsFirewall\"><q1:DomainProfile/></Extension>"
        "</ExtensionData></Computer></GPO></report>";
    const std::string error =
        "all.xml: error: holds 2 policy objects or computers ('A', 'B'), where one is expected\n"
        "hint: give each of them a file of its own\n";
    CHECK(verdict({{"l.reg", reg({kSsh})}, {"all.xml", gpos}}, "tcp/22") == error);
    CHECK(verdict({{"all.xml", gpos}, {"l.reg", reg({kSsh})}}, "tcp/22") == error);
    CHECK(verdict({gpo("all.xml", gpos)}, "tcp/22") == error);
}
