// Which stores and settings count, and how they merge.
#include "support/catch.hpp"
#include "vendor/windows/ask.hpp"

#include <algorithm>

using namespace fwproof;
using namespace fwproof::windows;

namespace {

constexpr auto kIn = Position::inbound;
constexpr auto kOut = Position::outbound;
const std::string kAllow22 = "v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=22|";
const std::string kPolicy = "[HKEY_LOCAL_MACHINE\\Software\\Policies\\Microsoft\\WindowsFirewall";
const std::string kLocal =
    "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy";

std::string section(const std::string& key, const std::string& lines) { return key + "]\r\n" + lines + "\r\n\r\n"; }

// `found`: as the files of a directory, not as named by the user.
Policy load_all(const std::vector<std::pair<std::string, std::string>>& files, const LoadOptions& options = {},
                bool found = false) {
    Input input{"host", {}};
    for (const auto& [name, bytes] : files)
        input.add(std::make_shared<const Source>(name, bytes), {StoreRole::sniffed, 0, found});
    auto policies = load_policies(input, options);
    REQUIRE(policies);
    return policies->at(0);
}

bool says(const Policy& policy, std::string_view text) {
    return std::any_of(policy.notes.begin(), policy.notes.end(),
                       [&](const Note& note) { return note.message == text; });
}

bool assumes(const Policy& policy, std::string_view text) {
    return std::find(policy.assumptions.begin(), policy.assumptions.end(), text) != policy.assumptions.end();
}

}  // namespace

TEST_CASE("profile settings decide before rules") {
    struct Case {
        std::string name, settings, flow, verdict;
        Position position = kIn;
    };
    const std::vector<Case> cases = {
        {"a true default action blocks", "\"DefaultInboundAction\"=dword:00000001", "10.0.0.5 > 10.9.9.9 tcp/80", "D"},
        {"a false one allows", "\"DefaultInboundAction\"=dword:00000000", "10.0.0.5 > 10.9.9.9 tcp/80", "P"},
        {"outbound is blocked by a true one", "\"DefaultOutboundAction\"=dword:00000001", "10.9.9.9 > 10.0.0.5 tcp/80",
         "D", kOut},
        {"firewall off beats blocks", "\"EnableFirewall\"=dword:00000000", "10.0.0.5 > 10.9.9.9 tcp/23", "P"},
        {"shields up beats allows", "\"DoNotAllowExceptions\"=dword:00000001", "10.0.0.5 > 10.9.9.9 tcp/22", "D"},
        {"and leaves outbound alone", "\"DoNotAllowExceptions\"=dword:00000001", "10.9.9.9 > 10.0.0.5 tcp/80", "P",
         kOut},
        {"shields up with a default that allows is disputed",
         "\"DoNotAllowExceptions\"=dword:00000001\r\n\"DefaultInboundAction\"=dword:00000000",
         "10.0.0.5 > 10.9.9.9 tcp/22", "U"},
        {"a default action that is no number could be either", "\"DefaultInboundAction\"=\"0\"",
         "10.0.0.5 > 10.9.9.9 tcp/80", "U"},
        {"so could one that is neither 0 nor 1", "\"DefaultOutboundAction\"=dword:00000002",
         "10.9.9.9 > 10.0.0.5 tcp/80", "U", kOut},
        {"shields that may be up", "\"DoNotAllowExceptions\"=\"yes\"", "10.0.0.5 > 10.9.9.9 tcp/22", "U"},
        {"shields that may be up deny what no rule allows", "\"DoNotAllowExceptions\"=\"yes\"",
         "10.0.0.5 > 10.9.9.9 tcp/80", "D"},
        {"a firewall that may be off", "\"EnableFirewall\"=hex(7):31,00", "10.0.0.5 > 10.9.9.9 tcp/23", "U"},
        {"shields up let answers pass", "\"DoNotAllowExceptions\"=dword:00000001",
         "10.0.0.5 > 10.9.9.9 tcp/22 established", "P"},
        {"interfaces outside the firewall", "\"DisabledInterfaces\"=\"{00000000-0000-0000-0000-000000000001}\"",
         "10.0.0.5 > 10.9.9.9 tcp/80", "U"},
        {"no interface outside the firewall", "\"DisabledInterfaces\"=\"\"", "10.0.0.5 > 10.9.9.9 tcp/80", "D"},
        {"how unicast answers to multicast are treated is no verdict on a first packet",
         "\"DisableUnicastResponsesToMulticastBroadcast\"=dword:00000001", "10.0.0.5 > 10.9.9.9 udp/5353", "D"},
        {"deleted settings are not set", "\"DefaultInboundAction\"=dword:00000000\r\n\"DefaultInboundAction\"=-",
         "10.0.0.5 > 10.9.9.9 tcp/80", "D"},
    };
    for (const Case& item : cases) {
        INFO(item.name);
        const Policy policy =
            load_text(gpo_reg({kAllow22, "v2.30|Action=Block|Active=TRUE|Dir=In|Protocol=6|LPort=23|"},
                              section(kPolicy + "\\DomainProfile", item.settings)));
        CHECK(ask(policy, "domain", item.position, item.flow) == item.verdict);
    }
}

TEST_CASE("interfaces outside the firewall are named in the condition") {
    const Policy policy =
        load_text(gpo_reg({}, section(kPolicy + "\\DomainProfile", "\"DisabledInterfaces\"=\"{A},{B}\"")));
    std::vector<std::string> values;
    for (const Ruleset& ruleset : policy.rulesets) {
        for (const Rule& rule : ruleset.rules) {
            for (const Condition& condition : rule.match.conditions) values.push_back(condition.value);
        }
    }
    CHECK(values == std::vector<std::string>(2, "the interface is one of DisabledInterfaces {A},{B}"));
}

TEST_CASE("the newest Windows that a rule asks for is named where it is assumed") {
    const std::string rule = "v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=80|Platform2=GTEQ|Platform=";
    const Policy policy = load_text(gpo_reg({rule + "2:10:2|", rule + "2:6:2|"}));
    const std::string told =
        "The host runs a Windows that is at least as new as every rule with a platform condition asks for: 10.2.";
    CHECK(std::count(policy.assumptions.begin(), policy.assumptions.end(), told) == 1);
}

TEST_CASE("a broken line of a profile leaves open what it could set") {
    struct Case {
        std::string line;
        std::string open;   // tcp/80, which no rule allows: the firewall may be off
        std::string allow;  // tcp/22, which a rule allows: the shields may be up
        std::string out;
    };
    const std::vector<Case> cases = {
        {"\"EnableFirewall\"=dword:00000001", "D", "P", "P"},
        {"\"EnableFirewall\"=dword:0000000g", "U", "P", "P"},
        {"\"EnableFirewall\"=dword:", "U", "P", "P"},
        {"\"EnableFirewall\" dword:00000000", "U", "P", "P"},
        {"\"DoNotAllowExceptions\"=dword:0000000x", "D", "U", "P"},
        {"\"DefaultOutboundAction\"=dword:1z", "D", "P", "U"},
        {"\"DisableNotifications\"=dword:x", "D", "P", "P"},
        {"EnableFirewall=dword:00000000", "U", "U", "U"},
        {"\"EnableFirewall=dword:00000000", "U", "U", "U"},
        {"\"EnableFirewall\"=dword:0000000\r\n0", "U", "U", "U"},
        {"\"LogFilePath\"=\"C:\\\\x\r\n\"DoNotAllowExceptions\"=dword:00000001", "D", "D", "P"},
    };
    for (const Case& item : cases) {
        INFO(item.line);
        const Policy policy = load_text(gpo_reg(
            {kAllow22}, section(kPolicy + "\\DomainProfile", item.line) + section(kPolicy + "\\PublicProfile", "")));
        CHECK(ask(policy, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/80") == item.open);
        CHECK(ask(policy, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/22") == item.allow);
        CHECK(ask(policy, "domain", kOut, "10.9.9.9 > 10.0.0.5 tcp/22") == item.out);
        CHECK(ask(policy, "public", kIn, "10.0.0.5 > 10.9.9.9 tcp/80") == "D");
    }
    // Of openings of Windows XP as well; and a value that is not closed does not swallow the next key.
    const Policy list = load_text(
        gpo_reg({kAllow22}, section(kPolicy + "\\DomainProfile\\GloballyOpenPorts\\List", "\"80:TCP\"=\"80:TCP")));
    CHECK(ask(list, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/80") == "U");
    const Policy swallowed =
        load_text(gpo_reg({}, section("[HKEY_LOCAL_MACHINE\\SOFTWARE\\Other", "\"a\"=\"cut") +
                                  section(kPolicy + "\\DomainProfile", "\"EnableFirewall\"=dword:00000000")));
    CHECK(ask(swallowed, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/80") == "P");
}

TEST_CASE("a number in which the file ends is not its first digits") {
    const std::string head = gpo_reg({kAllow22}, "");
    const std::string key = "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall\\DomainProfile]\r\n";
    const auto verdict = [&](const std::string& line) {
        return ask(load_text(head + "\r\n" + key + line), "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/80");
    };
    CHECK(verdict("\"EnableFirewall\"=dword:00000000") == "P");
    CHECK(verdict("\"EnableFirewall\"=dword:0\r\n") == "P");
    for (const auto* cut : {"dword:", "dword:0", "dword:00", "dword:0000000", "dwo", "hex(4):00,00"}) {
        INFO(cut);
        CHECK(verdict(std::string("\"EnableFirewall\"=") + cut) == "U");
    }
    const Policy policy = load_text(head + "\r\n" + key + "\"EnableFirewall\"=dword:00");
    CHECK(policy.notes.at(0).message == "number is cut: the file ends in it");
}

TEST_CASE("values before any key may be the firewall's") {
    const std::string text = gpo_reg({kAllow22}, "");
    const auto behind = text.find('\n') + 1;
    const std::string lost =
        text.substr(0, behind) + "\"b\"=\"v2.30|Action=Block|Active=TRUE|Dir=In|\"\r\n" + text.substr(behind);
    CHECK(ask(load_text(text), "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/22") == "P");
    CHECK(ask(load_text(lost), "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/22") == "U");
    CHECK(load_text(lost).notes.at(0).message == "values stand before any key: whose they are is not known");
    CHECK(load_error("Windows Registry Editor Version 5.00\r\n\"b\"=\"c\"\r\n") ==
          "export: error: the registry export holds no firewall policy in force\nhint: export "
          "HKLM\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall and "
          "HKLM\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy\n");
}

TEST_CASE("policy shuts local rules out, per profile") {
    const std::string off = section(kPolicy + "\\PublicProfile", "\"AllowLocalPolicyMerge\"=dword:00000000");
    const Policy policy = load_text(reg({kAllow22}, off));
    CHECK(ask(policy, "public", kIn, "10.0.0.5 > 10.9.9.9 tcp/22") == "D");
    CHECK(ask(policy, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/22") == "P");
    CHECK(says(policy, "1 local rules are not in force in the public profile: policy sets AllowLocalPolicyMerge to 0"));

    const Policy alone =
        load_text(reg({kAllow22}, section(kLocal + "\\PublicProfile", "\"AllowLocalPolicyMerge\"=dword:00000000")));
    CHECK(ask(alone, "public", kIn, "10.0.0.5 > 10.9.9.9 tcp/22") == "P");
    CHECK(assumes(alone, "No group policy adds rules or settings to the local store that was read."));
}

TEST_CASE("local exceptions of users can be shut out by policy") {
    const std::string off =
        section(kPolicy + "\\DomainProfile\\GloballyOpenPorts", "\"AllowUserPrefMerge\"=dword:00000000");
    const Policy policy =
        load_text(reg({kAllow22, "v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort2_10=80-81|"}, off));
    CHECK(ask(policy, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/22") == "D");
    CHECK(ask(policy, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/80") == "P");
    CHECK(ask(policy, "public", kIn, "10.0.0.5 > 10.9.9.9 tcp/22") == "P");
}

TEST_CASE("user exceptions that policy perhaps shuts out are in doubt") {
    const std::string off = section(kPolicy + "\\DomainProfile\\GloballyOpenPorts", "\"AllowUserPrefMerge\"=\"no\"");
    CHECK(ask(load_text(reg({kAllow22}, off)), "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/22") == "U");
}

TEST_CASE("the private profile of a local store stands under StandardProfile") {
    const std::string off = section(kLocal + "\\PrivateProfile", "\"EnableFirewall\"=dword:00000000");
    CHECK(ask(load_text(reg({}, off)), "private", kIn, "10.0.0.5 > 10.9.9.9 tcp/22") == "D");
    // Alone, it may or may not be what Windows reads.
    const std::string alone = "Windows Registry Editor Version 5.00\r\n\r\n" + off;
    CHECK(ask(load_text(alone), "private", kIn, "10.0.0.5 > 10.9.9.9 tcp/22") == "U");
}

TEST_CASE("StandardProfile of a policy may stand for two profiles") {
    const Policy policy =
        load_text(gpo_reg({}, section(kPolicy + "\\StandardProfile", "\"EnableFirewall\"=dword:00000000")));
    for (const auto* profile : {"private", "public"})
        CHECK(ask(policy, profile, kIn, "10.0.0.5 > 10.9.9.9 tcp/22") == "U");
    CHECK(ask(policy, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/22") == "D");
    CHECK(says(policy, "EnableFirewall of StandardProfile may hold in the private and the public profile"));
    // What it says beside the factory default changes nothing.
    const Policy same =
        load_text(gpo_reg({}, section(kPolicy + "\\StandardProfile", "\"EnableFirewall\"=dword:00000001")));
    CHECK(ask(same, "public", kIn, "10.0.0.5 > 10.9.9.9 tcp/22") == "D");
}

TEST_CASE("openings of Windows XP are conditional") {
    struct Case {
        std::string key, line, flow;
    };
    const std::vector<Case> cases = {
        {"Services\\FileAndPrint", "\"Enabled\"=dword:00000001", "tcp/445"},
        {"Services\\FileAndPrint", "\"Enabled\"=dword:00000001", "udp/138"},
        {"Services\\FileAndPrint", "\"Enabled\"=dword:00000001", "icmp/8"},
        {"RemoteAdminSettings", "\"Enabled\"=dword:00000001", "tcp/50000"},
        {"Services\\RemoteDesktop", "\"Enabled\"=dword:00000001", "tcp/3389"},
        {"Services\\UPnPFramework", "\"Enabled\"=dword:00000001", "udp/1900"},
        {"RemoteAdminSettings", "\"Enabled\"=dword:00000001", "tcp/135"},
        {"IcmpSettings", "\"AllowInboundEchoRequest\"=dword:00000001", "icmp/8"},
        {"AuthorizedApplications\\List", "\"C:\\\\x.exe\"=\"C:\\\\x.exe:*:Enabled:X\"", "tcp/99"},
    };
    for (const Case& item : cases) {
        INFO(item.key << " " << item.flow);
        const Policy policy = load_text(gpo_reg({}, section(kPolicy + "\\DomainProfile\\" + item.key, item.line)));
        CHECK(ask(policy, "domain", kIn, "10.0.0.5 > 10.9.9.9 " + item.flow) == "U");
        CHECK(ask(policy, "public", kIn, "10.0.0.5 > 10.9.9.9 " + item.flow) == "D");
        std::string off = item.line;
        if (const auto one = off.rfind("00000001"); one != std::string::npos) off[one + 7] = '0';
        if (const auto on = off.find("Enabled:X"); on != std::string::npos) off.replace(on, 7, "Disabled");
        const Policy shut = load_text(gpo_reg({}, section(kPolicy + "\\DomainProfile\\" + item.key, off)));
        CHECK(ask(shut, "domain", kIn, "10.0.0.5 > 10.9.9.9 " + item.flow) == "D");
    }
}

TEST_CASE("the key decides what a rule is") {
    const std::string block = "\"x\"=\"v2.30|Action=Block|Active=TRUE|Dir=In|\"";
    const std::string allow = "\"y\"=\"v2.30|Action=Allow|Active=TRUE|Dir=In|\"";
    const std::string defaults =
        "[HKEY_LOCAL_"
        "MACHINE\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Defaults\\FirewallPolicy\\FirewallRules";
    const Policy policy = load_text(reg(
        {kAllow22},
        section(defaults, block + "\r\n" + allow) + section(kLocal + "\\RestrictedServices\\Static\\System", block) +
            section(kLocal + "\\ConSecRules", block) +
            section(kLocal + "\\RestrictedServices\\AppIso\\FirewallRules", block) +
            section("[HKEY_CURRENT_USER\\Software\\Policies\\Microsoft\\WindowsFirewall\\FirewallRules", block) +
            section("[HKEY_USERS\\S-1-5-18\\Software\\Policies\\Microsoft\\WindowsFirewall\\FirewallRules", block) +
            section("[HKEY_LOCAL_MACHINE\\SOFTWARE\\Other\\FirewallRules", block)));
    CHECK(ask(policy, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/22") == "P");
    CHECK(ask(policy, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/23") == "D");
    CHECK(says(policy, "2 values of the factory defaults are never in force; they are left out"));
    CHECK(says(policy, "2 values under RestrictedServices are no firewall rules; they are left out"));
    CHECK(says(policy, "1 values under ConSecRules are no firewall rules; they are left out"));
}

TEST_CASE("deletions and later values in a registry file") {
    const std::string key = kLocal + "\\FirewallRules";
    const Policy policy =
        load_text(reg({kAllow22, kAllow22},
                      section(key, "\"r1\"=-") +
                          section(key, "\"R2\"=\"v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=23|\"")));
    CHECK(ask(policy, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/22") == "D");
    CHECK(ask(policy, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/23") == "P");
    for (const std::string whole : {"@=-", "\"\"=-"}) {  // of the key's default value, which is no rule
        INFO(whole);
        const Policy left = load_text(reg({kAllow22}, section(key, whole)));
        CHECK(ask(left, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/22") == "P");
    }
    const Policy gone = load_text(reg({kAllow22}, "[-" + kLocal.substr(1) + "\\FirewallRules]\r\n"));
    CHECK(ask(gone, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/22") == "D");
}

TEST_CASE("a key without its closing bracket leaves what stands below it open") {
    std::string text = reg({}, "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Other]\r\n\"a\"=\"b\"\r\n\r\n");
    text += kLocal + "\\FirewallRules\r\n\"cut\"=\"" + kAllow22 + "\"\r\n";
    const Policy policy = load_text(text);
    CHECK(ask(policy, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/22") == "U");
    CHECK(says(policy, "this key has no closing bracket; whether what stands below it counts is not known"));
}

TEST_CASE("rules of device management lie below the local policy's key") {
    const Policy policy = load_text(reg({}, section(kLocal + "\\Mdm\\FirewallRules", "\"m\"=\"" + kAllow22 + "\"")));
    CHECK(ask(policy, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/22") == "P");
    CHECK(policy.rulesets.at(0).rules.back().store == "device management store");
}

TEST_CASE("rules of one id in policy and local store") {
    const std::string narrow = "v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=22|RA4=10.0.0.0/8|";
    const Policy policy = load_all({{"gpo.reg", gpo_reg({narrow})}, {"local.reg", reg({kAllow22})}});
    CHECK(ask(policy, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/22") == "P");
    CHECK(ask(policy, "domain", kIn, "192.0.2.1 > 10.9.9.9 tcp/22") == "U");
    const std::string told = "rule 'r1' stands in several stores; this one may be replaced by the other";
    CHECK(says(policy, told));
    std::string off = kAllow22;
    off.replace(off.find("Active=TRUE"), 11, "Active=FALSE");
    CHECK_FALSE(says(load_all({{"gpo.reg", gpo_reg({narrow})}, {"local.reg", reg({off})}}), told));
    const Policy copy = load_all({{"gpo.reg", gpo_reg({kAllow22})}, {"local.reg", reg({kAllow22 + "Name=Copy|"})}});
    CHECK_FALSE(says(copy, told));
    CHECK(ask(copy, "domain", kIn, "192.0.2.1 > 10.9.9.9 tcp/22") == "P");
    // Of two policy objects the one that is off may win.
    const Policy objects = load_all({{"a.reg", gpo_reg({off})}, {"b.reg", gpo_reg({kAllow22})}});
    CHECK(ask(objects, "domain", kIn, "192.0.2.1 > 10.9.9.9 tcp/22") == "U");
}

TEST_CASE("what stands below the firewall's keys without being in force is counted and recorded") {
    const std::string block = "\"b\"=\"v2.30|Action=Block|Active=TRUE|Dir=In|Protocol=6|LPort=22|\"";
    for (const std::string place : {"RestrictedInterfaces\\IfIso\\FirewallRules", "FirewallRules\\sub", "NewThing",
                                    "DynamicKeywords\\Addresses"}) {
        INFO(place);
        const Policy policy = load_text(reg({kAllow22}, section(kLocal + "\\" + place, block)));
        CHECK(ask(policy, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/22") == "P");
        const std::string kind = place.substr(0, place.starts_with("FirewallRules") ? place.npos : place.find('\\'));
        CHECK(says(policy, "1 values under " + kind + " are no firewall rules; they are left out"));
        CHECK(std::any_of(policy.settings.begin(), policy.settings.end(),
                          [&](const Setting& setting) { return setting.name == kind; }));
    }
    const Policy empty =
        load_text(reg({kAllow22}, section(kLocal + "\\FirewallRules", "\"v2.25|Action=Block|\"=\"\"")));
    CHECK(ask(empty, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/22") == "P");
    CHECK(says(empty, "value 'v2.25|Action=Block|' is empty: no rule; it is left out"));
}

TEST_CASE("preferences that switch the firewall's service off") {
    struct Case {
        std::string properties, verdict;
    };
    const std::vector<Case> cases = {
        {R"(startupType="DISABLED" serviceName="MpsSvc" serviceAction="STOP")", "U"},
        {R"(startupType="NOCHANGE" serviceName="mpssvc" serviceAction="STOP")", "U"},
        {R"(startupType="DISABLED" serviceName="BFE")", "U"},
        {R"(startupType="AUTOMATIC" serviceName="MpsSvc" serviceAction="START")", "P"},
        {R"(startupType="DISABLED" serviceName="Spooler" serviceAction="STOP")", "P"},
    };
    for (const Case& item : cases) {
        INFO(item.properties);
        const std::string services =
            R"(<NTServices clsid="{2CFB484A-4E96-4b5d-A0B6-093D2F91E6AE}"><NTService name="s">)"
            "<Properties " +
            item.properties + "/></NTService></NTServices>";
        const std::string denied = "10.0.0.5 > 10.9.9.9 tcp/23";
        const std::string wanted = item.verdict == "P" ? "D" : "U";
        if (item.verdict == "U")
            CHECK(ask(load_all({{"registry.reg", gpo_reg({kAllow22})}, {"Services.xml", services}}), "domain", kIn,
                      denied) == wanted);
        const std::string settings = "http://www.microsoft.com/GroupPolicy/Settings";
        const std::string report =
            "<GPO xmlns=\"" + settings +
            "\"><Name>p</Name><Computer><Enabled>true</Enabled><ExtensionData><Extension>"
            "<f:DomainProfile xmlns:f=\"" +
            settings +
            "/WindowsFirewall\"><f:EnableFirewall><f:Value>true</f:Value>"
            "</f:EnableFirewall></f:DomainProfile></Extension></ExtensionData><ExtensionData><Extension>" +
            services +
            "</Extension></ExtensionData></Computer><LinksTo><SOMName>d</SOMName><Enabled>true</Enabled></LinksTo></"
            "GPO>";
        CHECK(ask(load_text(report), "domain", kIn, denied) == wanted);
    }
}

TEST_CASE("policy objects that disagree") {
    const auto file = [](const std::string& value) {
        return gpo_reg({}, section(kPolicy + "\\DomainProfile", "\"DefaultInboundAction\"=dword:0000000" + value));
    };
    const Policy policy = load_all({{"a.reg", file("1")}, {"b.reg", file("0")}});
    CHECK(ask(policy, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/22") == "U");
    CHECK(ask(policy, "public", kIn, "10.0.0.5 > 10.9.9.9 tcp/22") == "D");
    CHECK(says(policy,
               "DefaultInboundAction of the domain profile is set to different values, or only under conditions"));
}

TEST_CASE("what the export does not set is assumed aloud") {
    const Policy policy = load_text(gpo_reg({kAllow22}));
    CHECK(policy.assumptions == std::vector<std::string>{
                                    "EnableFirewall has the factory default, on, where the export does not set it: "
                                    "domain, private, public profiles.",
                                    "DefaultInboundAction has the factory default, block, where the export does not "
                                    "set it: domain, private, public profiles.",
                                    "DefaultOutboundAction has the factory default, allow, where the export does not "
                                    "set it: domain, private, public profiles.",
                                    "DoNotAllowExceptions has the factory default, off, where the export does not set "
                                    "it: domain, private, public profiles.",
                                    "No policy object beside those that were read sets the firewall of this host.",
                                    "The local store of the host, which was not read, adds no rule.",
                                });
    CHECK(says(policy, "DefaultInboundAction is not set for domain, private, public; it is taken as block"));
}

TEST_CASE("a chosen profile leaves the others out") {
    LoadOptions options;
    options.network_profile = "private";
    const Policy policy = load_text(reg({kAllow22}), options);
    CHECK(policy.paths.size() == 2);
    CHECK(policy.paths[0].variant == "private");
    options.network_profile = "office";
    Input input{"x", {std::make_shared<const Source>("x", reg({kAllow22}))}};
    const auto refused = load_policies(input, options);
    REQUIRE(!refused);
    CHECK(refused.error().message == "unknown network profile 'office'");
    CHECK(refused.error().hint == "one of domain, private, public");
}

TEST_CASE("given local networks resolve LocalSubnet") {
    LoadOptions options;
    options.local_subnets = {*parse_prefix("10.1.0.0/16"), *parse_prefix("2001:db8:1::/64")};
    const Policy policy = load_text(
        reg({"v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=22|RA4=LocalSubnet|RA6=LocalSubnet|"}), options);
    CHECK(ask(policy, "domain", kIn, "10.1.2.3 > 10.1.9.9 tcp/22") == "P");
    CHECK(ask(policy, "domain", kIn, "10.2.2.3 > 10.1.9.9 tcp/22") == "D");
    CHECK(ask(policy, "domain", kIn, "2001:db8:1::5 > 2001:db8:1::9 tcp/22") == "P");
    CHECK(ask(policy, "domain", kIn, "2001:db8:2::5 > 2001:db8:1::9 tcp/22") == "D");
    CHECK(ask(policy, "domain", kIn, "fe80::5 > fe80::9 tcp/22") == "U");
}

TEST_CASE("given meanings resolve the other keywords") {
    const std::vector<std::string> rules = {
        "v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=22|RA4=DNS|RA6=DNS|",
        "v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=RPC|",
        "v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=23|RA4=WINS|",
        "v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=24|RA6=DefaultGateway|"};
    LoadOptions options;
    options.address_keywords["dns"] = *parse_address_set("10.0.0.53");
    options.address_keywords["DefaultGateway"] = *parse_address_set("10.0.0.1");
    options.port_keywords["RPC"] = *parse_ports("50000-50255");
    const Policy policy = load_text(reg(rules), options);
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"10.0.0.53 > 10.9.9.9 tcp/22", "P"},   {"10.0.0.54 > 10.9.9.9 tcp/22", "D"},
        {"fd00::1 > fd00::2 tcp/22", "D"},      {"10.0.0.5 > 10.9.9.9 tcp/50255", "P"},
        {"10.0.0.5 > 10.9.9.9 tcp/50256", "D"}, {"10.0.0.5 > 10.9.9.9 tcp/23", "U"},
        {"10.0.0.1 > 10.9.9.9 tcp/24", "D"},    {"fd00::1 > fd00::2 tcp/24", "D"}};
    for (const auto& [flow, verdict] : cases) {
        INFO(flow);
        CHECK(ask(policy, "domain", kIn, flow) == verdict);
    }
    options.port_keywords["moon"] = *parse_ports("1");
    const Input input{"x", {std::make_shared<const Source>("x", reg(rules))}};
    auto refused = load_policies(input, options);
    REQUIRE(!refused);
    CHECK(refused.error().message == "Windows has no port keyword 'moon' that could be told");
    CHECK(refused.error().hint ==
          "the keywords are RPC, Teredo, IPTLSIn, IPTLSOut, IPHTTPSIn, IPHTTPSOut, DHCP, Ply2Disc, mDNS, CortanaOut, "
          "TcpCDPSvc");
    options.address_keywords["Home"] = *parse_address_set("10.0.0.1");
    refused = load_policies(input, options);
    REQUIRE(!refused);
    CHECK(refused.error().message == "Windows has no address keyword 'Home'");
}

TEST_CASE("several control sets: the current one counts") {
    std::string text = reg({kAllow22});
    for (std::size_t at = 0; (at = text.find("CurrentControlSet", at)) != std::string::npos;)
        text.replace(at, 17, "ControlSet001");
    text += section(
        "[HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet002\\Services\\SharedAccess\\Parameters\\FirewallPolicy\\FirewallRules",
        "\"z\"=\"v2.30|Action=Allow|Active=TRUE|Dir=In|\"");
    const Policy first = load_text(text);
    CHECK(ask(first, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/23") == "D");
    const std::string assumed =
        "Of 2 control sets, hkey_local_machine\\system\\controlset001 is the one in force; the export does not say "
        "which "
        "is.";
    CHECK(assumes(first, assumed));
    text += section("[HKEY_LOCAL_MACHINE\\SYSTEM\\Select", "\"Current\"=dword:00000002");
    const Policy second = load_text(text);
    CHECK(ask(second, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/23") == "P");
    CHECK(!assumes(second, assumed));
    text.replace(text.rfind("00000002"), 8, "00000007");  // none of these
    CHECK(assumes(load_text(text), assumed));
}

TEST_CASE("exceptions in the form of Windows XP are conditional") {
    const Policy policy = load_text(gpo_reg(
        {}, section(kPolicy + "\\DomainProfile\\GloballyOpenPorts\\List", "\"135:TCP\"=\"135:TCP:*:Enabled:RPC\"")));
    CHECK(ask(policy, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/135") == "U");
    CHECK(ask(policy, "domain", kIn, "10.0.0.5 > 10.9.9.9 udp/135") == "D");
    CHECK(ask(policy, "public", kIn, "10.0.0.5 > 10.9.9.9 tcp/135") == "D");
}

TEST_CASE("a GPO backup: registry.pol says more than the report beside it") {
    const std::string pol = read_fixture("one-policy/registry.pol");
    std::string report(Source("r", read_fixture("one-policy/gpreport.xml")).text());
    report.replace(report.find("<q1:LPort>443"), 13, "<q1:LPort>444");
    const std::string root = "backup/{5A0C1E2B-7D34-4F6A-9B11-2C3D4E5F6071}/";
    const std::vector<std::pair<std::string, std::string>> files = {
        {root + "Backup.xml", "<GroupPolicyBackupScheme/>"},
        {root + "gpreport.xml", report},
        {root + "DomainSysvol/GPO/Machine/registry.pol", pol},
        {root + "DomainSysvol/GPO/User/registry.pol", std::string("PReg\1\0\0\0", 8)},
    };
    const Policy policy = load_all(files, {}, true);
    CHECK(policy.device == "Server firewall");
    CHECK(policy.paths.size() == 6);
    CHECK(ask(policy, "domain", kIn, "10.20.0.5 > 10.9.9.9 tcp/443") == "P");
    CHECK(ask(policy, "domain", kIn, "10.20.0.5 > 10.9.9.9 tcp/444") == "D");
    // A backup holds preferences and other settings, too.
    auto more = files;
    more.emplace_back(root + "DomainSysvol/GPO/Machine/Preferences/Registry/Registry.xml",
                      "<RegistrySettings clsid=\"{A3CCFC41-DFDB-43a5-8D26-0FE8B954DA51}\"/>");
    CHECK(ask(load_all(more, {}, true), "domain", kIn, "10.20.0.5 > 10.9.9.9 tcp/443") == "P");
    auto off = files;
    off[1].second.replace(off[1].second.find("<Enabled>true"), 13, "<Enabled>false");
    const Policy nowhere = load_all(off, {}, true);
    CHECK(ask(nowhere, "domain", kIn, "10.20.0.5 > 10.9.9.9 tcp/443") == "D");
    CHECK(says(nowhere, "policy object 'Server firewall' applies nowhere: its computer settings are switched off"));
}

TEST_CASE("reports: switched off, unlinked, precedence, settings of old templates") {
    const std::string head =
        "<GPO "
        "xmlns=\"http://www.microsoft.com/GroupPolicy/Settings\"><Name>N</Name><Computer><Enabled>true</"
        "Enabled><ExtensionData>"
        "<Extension xmlns:q1=\"http://www.microsoft.com/GroupPolicy/Settings/WindowsFirewall\">";
    const std::string unlinked = "</Extension></ExtensionData></Computer></GPO>";
    const std::string tail =
        "</Extension></ExtensionData></Computer><LinksTo><SOMPath>corp.example</SOMPath><Enabled>true</Enabled></"
        "LinksTo>"
        "</GPO>";
    const std::string rule =
        "<q1:InboundFirewallRules><q1:Action>Allow</q1:Action><q1:Name>a</q1:Name><q1:Dir>In</"
        "q1:Dir><q1:Profile>Domain</q1:Profile>"
        "<q1:Profile>\n "
        "</q1:Profile><q1:LPort>80</q1:LPort><q1:Protocol>6</q1:Protocol><q1:Active>true</q1:Active></"
        "q1:InboundFirewallRules>";
    const std::string flow = "10.0.0.5 > 10.9.9.9 tcp/80";
    const Policy policy = load_text(head + rule + tail);
    CHECK(ask(policy, "domain", kIn, flow) == "P");
    CHECK(ask(policy, "public", kIn, flow) == "D");  // the blank profile is not every profile
    CHECK(says(policy, "empty profile in rule 'a' is passed over"));
    std::string link_off = tail;
    link_off.replace(link_off.find("<Enabled>true"), 13, "<Enabled>false");
    for (const auto& end : {unlinked, link_off}) {
        const Policy nowhere = load_text(head + rule + end);
        CHECK(ask(nowhere, "domain", kIn, flow) == "U");
        CHECK(ask(nowhere, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/81") == "D");
        CHECK(says(nowhere,
                   "policy object 'N' is linked nowhere in this report: its rules and settings count only perhaps"));
    }

    std::string open = rule;
    open.replace(open.find("<q1:LPort>80</q1:LPort>"), 23, "");
    CHECK(ask(load_text(head + open + tail), "domain", kIn, flow) == "U");  // ports that the report may have dropped
    std::string program = open;
    program.replace(program.find("<q1:Dir>"), 8, "<q1:App>C:\\a.exe</q1:App><q1:Dir>");
    CHECK(ask(load_text(head + program + tail), "domain", kIn, flow, {"a.exe"}) == "U");  // the program does not tell

    // What a report lacks may have been dropped, so it makes no rule an error.
    std::string bypass = rule;
    bypass.replace(bypass.find("Allow"), 5, "ByPass");
    CHECK(ask(load_text(head + bypass + tail), "domain", kIn, flow) == "U");
    std::string no_protocol = rule;
    no_protocol.replace(no_protocol.find("<q1:Protocol>6</q1:Protocol>"), 28, "");
    CHECK(ask(load_text(head + no_protocol + tail), "domain", kIn, flow) == "U");
    std::string no_action = rule;
    no_action.replace(no_action.find("<q1:Action>Allow</q1:Action>"), 28, "");
    CHECK(ask(load_text(head + no_action + tail), "domain", kIn, flow) == "U");

    // Whether the application decides on edge traversal is not in a report.
    std::string edge = rule;
    edge.replace(edge.find("<q1:Dir>"), 8, "<q1:Edge>true</q1:Edge><q1:Dir>");
    CHECK(!load_text(head + edge + tail).rulesets.at(0).rules.back().traits.has(Trait::edge_traversal));

    // Settings of old templates are named without their value: the profile could be open or shut.
    const std::string old =
        "<q2:Policy xmlns:q2=\"http://www.microsoft.com/GroupPolicy/Settings/Registry\"><q2:Name>Windows Firewall: "
        "Protect all network connections</q2:Name><q2:State>Disabled</q2:State><q2:Category>Network/Network "
        "Connections/Windows Firewall/Domain Profile</q2:Category></q2:Policy>";
    const Policy legacy = load_text(head + rule + old + tail);
    CHECK(ask(legacy, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/81") == "U");
    CHECK(ask(legacy, "domain", kIn, flow) == "U");
    CHECK(ask(legacy, "public", kIn, "10.0.0.5 > 10.9.9.9 tcp/81") == "D");
    CHECK(says(legacy, "firewall setting of an administrative template: the report does not show what it does"));
    CHECK(ask(load_text(head + old + tail), "domain", kIn, flow) == "U");  // a report with nothing else

    const auto profile = [](const std::string& setting) {
        return "<q1:DomainProfile>" + setting + "</q1:DomainProfile>";
    };
    const auto enabled = [](const std::string& text) {
        return "<q1:EnableFirewall><q1:Value>" + text + "</q1:Value></q1:EnableFirewall>";
    };
    CHECK(ask(load_text(head + profile(enabled("perhaps")) + tail), "domain", kIn, flow) == "U");
    CHECK(ask(load_text(head + profile(enabled("true") + enabled("false")) + tail), "domain", kIn, flow) == "U");

    const auto setting = [](const std::string& precedence, const std::string& value) {
        return "<q1:EnableFirewall><b:Precedence xmlns:b=\"http://www.microsoft.com/GroupPolicy/Settings/Base\">" +
               precedence + "</b:Precedence><q1:Value>" + value + "</q1:Value></q1:EnableFirewall>";
    };
    // Every item says which policy object it comes from; that is no condition.
    std::string of_object = rule;
    of_object.insert(
        of_object.find("<q1:Action>"),
        "<GPO xmlns=\"http://www.microsoft.com/GroupPolicy/Settings/Base\"><Identifier>{1}</Identifier></GPO>"
        "<Precedence xmlns=\"http://www.microsoft.com/GroupPolicy/Settings/Base\">1</Precedence>");
    const std::string rsop =
        "<Rsop xmlns=\"http://www.microsoft.com/GroupPolicy/Rsop\"><ComputerResults><Name>HOST</Name><ExtensionData>"
        "<Extension xmlns:q1=\"http://www.microsoft.com/GroupPolicy/Settings/WindowsFirewall\"><q1:DomainProfile>" +
        setting("2", "false") + setting("1", "true") + setting("3", "false") + "</q1:DomainProfile>" + of_object +
        "</Extension></ExtensionData></ComputerResults></Rsop>";
    const Policy merged = load_text(rsop);
    CHECK(merged.device == "HOST");
    CHECK(ask(merged, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/81") == "D");
    CHECK(ask(merged, "domain", kIn, flow) == "P");
    std::string lost = rsop;  // a rule of another precedence did not win
    lost.replace(lost.rfind(">1</Precedence>"), 15, ">2</Precedence>");
    CHECK(ask(load_text(lost), "domain", kIn, flow) == "U");

    const auto filtered = [&](const std::string& trustee, const std::string& type) {
        const std::string entry =
            "<SecurityDescriptor><Permissions xmlns=\"http://www.microsoft.com/GroupPolicy/Types/Security\">"
            "<TrusteePermissions><Trustee>" +
            trustee + "</Trustee><Type><PermissionType>" + type +
            "</PermissionType></Type><Standard><GPOGroupedAccessEnum>Apply Group "
            "Policy</GPOGroupedAccessEnum></Standard>"
            "</TrusteePermissions></Permissions></SecurityDescriptor>";
        std::string text = head + rule + tail;
        return load_text(text.insert(text.find("<Computer>"), entry));
    };
    const std::string group = "<SID>S-1-5-21-1-2-3-1104</SID><Name>CORP\\SQL Servers</Name>";
    CHECK(assumes(filtered(group, "Allow"),
                  "This host is among those that policy object 'N' applies to: 'CORP\\SQL Servers'."));
    CHECK(assumes(filtered(group, "Deny"),
                  "This host is not among those that policy object 'N' leaves out: 'CORP\\SQL Servers'."));
    for (const auto* all : {"<SID>S-1-5-11</SID><Name>NT-AUTORITAET\\Authentifizierte Benutzer</Name>",
                            "<Name>NT AUTHORITY\\Authenticated Users</Name>"}) {
        CHECK(filtered(all, "Allow").assumptions.size() == policy.assumptions.size());
    }

    const std::string all = "<report>" + head + rule + tail + "\n\n" + head + tail + "</report>";
    CHECK(ask(load_text(all), "domain", kIn, flow) == "P");
}

namespace {

// A report of one linked policy object that allows TCP 80 in the domain profile.
std::string report(const std::string& extensions) {
    return "<GPO "
           "xmlns=\"http://www.microsoft.com/GroupPolicy/Settings\"><Name>N</Name><Computer><Enabled>true</Enabled>"
           "<ExtensionData><Extension xmlns:q1=\"http://www.microsoft.com/GroupPolicy/Settings/WindowsFirewall\">"
           "<q1:InboundFirewallRules><q1:Action>Allow</q1:Action><q1:Name>a</q1:Name><q1:Dir>In</q1:Dir>"
           "<q1:LPort>80</q1:LPort><q1:Protocol>6</q1:Protocol><q1:Active>true</q1:Active></q1:InboundFirewallRules>"
           "</Extension></ExtensionData>" +
           extensions + "</Computer><LinksTo><SOMPath>corp.example</SOMPath><Enabled>true</Enabled></LinksTo></GPO>";
}

std::string written(const std::string& key, const std::string& name, const std::string& type, const std::string& data,
                    const std::string& attributes = {}) {
    return "<q3:Registry clsid=\"{9CD4B2F4-923D-47f5-A062-E897DD1DAD50}\" name=\"" + name + "\"" + attributes +
           "><q3:GPOSettingOrder>1</q3:GPOSettingOrder><q3:Properties action=\"U\" hive=\"HKEY_LOCAL_MACHINE\" key=\"" +
           key + "\" name=\"" + name + "\" type=\"" + type + "\" value=\"" + data + "\"/><q3:Filters/></q3:Registry>";
}

std::string preferences(const std::string& items, const std::string& attributes = {}) {
    return "<ExtensionData><Extension xmlns:q3=\"http://www.microsoft.com/GroupPolicy/Settings/Windows/Registry\">"
           "<q3:RegistrySettings clsid=\"{A3CCFC41-DFDB-43a5-8D26-0FE8B954DA51}\"" +
           attributes + ">" + items + "</q3:RegistrySettings></Extension><Name>Windows Registry</Name></ExtensionData>";
}

const std::string kPolicyKey = "SOFTWARE\\Policies\\Microsoft\\WindowsFirewall";
const std::string kLocalKey = "SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy";

}  // namespace

TEST_CASE("registry items of preferences in a report count") {
    const std::string block = "v2.30|Action=Block|Active=TRUE|Dir=In|Protocol=6|LPort=80|";
    const std::string off = written(kPolicyKey + "\\DomainProfile", "EnableFirewall", "REG_DWORD", "00000000");
    struct Case {
        std::string name, extensions, port, verdict;
    };
    const std::vector<Case> cases = {
        {"nothing of the firewall", preferences(written("SOFTWARE\\X", "EnableFirewall", "REG_DWORD", "00000000")),
         "81", "D"},
        {"a policy setting", preferences(off), "81", "P"},
        {"a setting of the local store",
         preferences(written(kLocalKey + "\\DomainProfile", "EnableFirewall", "REG_DWORD", "00000000")), "81", "P"},
        {"a rule", preferences(written(kPolicyKey + "\\FirewallRules", "r", "REG_SZ", block)), "80", "D"},
        {"a rule of the local store", preferences(written(kLocalKey + "\\FirewallRules", "r", "REG_SZ", block)), "80",
         "D"},
        {"a collection", preferences("<q3:Collection name=\"c\">" + off + "</q3:Collection>"), "81", "P"},
        {"an item that is switched off",
         preferences(written(kPolicyKey + "\\FirewallRules", "r", "REG_SZ", block, " disabled=\"1\"")), "80", "P"},
        {"all switched off", preferences(off, " disabled=\"1\""), "81", "D"},
    };
    for (const Case& item : cases) {
        INFO(item.name);
        const Policy policy = load_text(report(item.extensions));
        CHECK(ask(policy, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/" + item.port) == item.verdict);
        CHECK(assumes(policy, "The local store of the host, which was not read, adds no rule."));
    }
    // Of several policy objects, which value wins is not said.
    std::string rsop =
        report(preferences(off + written(kPolicyKey + "\\DomainProfile", "EnableFirewall", "REG_DWORD", "00000001")));
    CHECK(ask(load_text(rsop), "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/81") == "D");  // of one object, the later
    const auto body = rsop.find("<ExtensionData>");
    rsop = "<Rsop xmlns=\"http://www.microsoft.com/GroupPolicy/Rsop\"><ComputerResults><Name>H</Name>" +
           rsop.substr(body, rsop.find("</Computer>") - body) + "</ComputerResults></Rsop>";
    CHECK(ask(load_text(rsop), "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/81") == "U");

    // They may be all that a report holds; and where their own file stands beside it, they count once.
    std::string only = report(preferences(written(kPolicyKey + "\\FirewallRules", "r", "REG_SZ", kAllow22)));
    const auto rule = only.find("<q1:Inbound"), end = only.find("</Extension>");
    only.erase(rule, end - rule);
    CHECK(ask(load_text(only), "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/22") == "P");
    std::string own = preferences(written(kPolicyKey + "\\FirewallRules", "r", "REG_SZ", kAllow22));
    own = own.substr(own.find("<q3:RegistrySettings"));
    own = own.substr(0, own.find("</Extension>"));
    for (std::size_t at = 0; (at = own.find("q3:", at)) != std::string::npos;) own.erase(at, 3);
    const Policy backup = load_all(
        {{"b/gpreport.xml", only}, {"b/DomainSysvol/GPO/Machine/Preferences/Registry/Registry.xml", own}}, {}, true);
    CHECK(ask(backup, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/22") == "P");
}

TEST_CASE("registry items of preferences that delete") {
    struct Case {
        std::string item, verdict;
    };
    const std::string rules = "SOFTWARE\\Policies\\Microsoft\\WindowsFirewall\\FirewallRules";
    const auto item = [&](const std::string& properties) {
        return "<Registry name=\"r\"><Properties hive=\"HKEY_LOCAL_MACHINE\" key=\"" + rules + "\" " + properties +
               "/></Registry>";
    };
    const std::string written = item("action=\"U\" name=\"r\" type=\"REG_SZ\" value=\"" + kAllow22 + "\"");
    const std::vector<Case> cases = {
        {"", "P"},
        {item("action=\"D\" name=\"r\""), "D"},
        {item("action=\"D\" name=\"\" default=\"0\""), "D"},  // the key
        {item("action=\"R\" name=\"\" default=\"0\""), "D"},  // the key, which is made again
        {item("action=\"D\" name=\"\" default=\"1\""), "P"},  // its default value
        {item("action=\"U\" name=\"\" default=\"0\""), "P"},
    };
    for (const Case& one : cases) {
        INFO(one.item);
        const std::string profile =
            "<Registry name=\"e\"><Properties hive=\"HKEY_LOCAL_MACHINE\" "
            "key=\"SOFTWARE\\Policies\\Microsoft\\WindowsFirewall\\DomainProfile\" action=\"U\" "
            "name=\"EnableFirewall\" type=\"REG_DWORD\" value=\"00000001\"/></Registry>";
        const Policy policy = load_text(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<RegistrySettings "
            "clsid=\"{A3CCFC41-DFDB-43a5-8D26-0FE8B954DA51}\">" +
            profile + written + one.item + "</RegistrySettings>\n");
        CHECK(ask(policy, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/22") == one.verdict);
    }
}

TEST_CASE("administrative templates are known in the languages of Windows") {
    const auto policy = [](const std::string& name, const std::string& category) {
        return "<ExtensionData><Extension "
               "xmlns:q2=\"http://www.microsoft.com/GroupPolicy/Settings/Registry\"><q2:Policy>"
               "<q2:Name>" +
               name + "</q2:Name><q2:State>Disabled</q2:State><q2:Category>" + category +
               "</q2:Category></q2:Policy></Extension></ExtensionData>";
    };
    struct Case {
        std::string name, category, domain, public_;
    };
    const std::vector<Case> cases = {
        {"Windows Firewall: Protect all network connections",
         "Network/Network Connections/Windows Firewall/Domain Profile", "U", "D"},
        {"Windows Defender Firewall: Protect all network connections",
         "Network/Network Connections/Windows Defender Firewall/Domain Profile", "U", "D"},
        {"Windows Defender Firewall: Prohibit notifications",
         "Network/Network Connections/Windows Defender Firewall/Domain Profile", "D", "D"},
        {"Windows Defender Firewall: Protect all network connections",
         "Network/Network Connections/Windows Defender Firewall/Standard Profile", "D", "U"},
        {"Windows Defender Firewall: Allow authenticated IPsec bypass",
         "Network/Network Connections/Windows Defender Firewall", "U", "U"},
        {"Windows-Firewall: Alle Netzwerkverbindungen schützen",
         "Netzwerk/Netzwerkverbindungen/Windows-Firewall/Domänenprofil", "U", "U"},
        {"Pare-feu Windows Defender : protéger toutes les connexions réseau",
         "Réseau/Connexions réseau/Pare-feu Windows Defender/Profil du domaine", "U", "U"},
        {"Брандмауэр Защитника Windows: Защита всех сетевых подключений",
         "Сеть/Сетевые подключения/Брандмауэр Защитника Windows/Профиль домена", "U", "U"},
        {"Windows Defender ファイアウォール: すべてのネットワーク接続の保護", "ネットワーク/ネットワーク接続", "U",
         "U"},
        {"Enable firewall traversal from remote access host", "Google/Google Chrome/Remote access", "D", "D"},
        {"Turn off multicast name resolution", "Network/DNS Client", "D", "D"},
    };
    for (const Case& item : cases) {
        INFO(item.name << " " << item.category);
        const Policy read = load_text(report(policy(item.name, item.category)));
        CHECK(ask(read, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/81") == item.domain);
        CHECK(ask(read, "public", kIn, "10.0.0.5 > 10.9.9.9 tcp/81") == item.public_);
    }
}

TEST_CASE("what service hardening blocks is said") {
    const auto hardened = [](const std::string& place, const std::vector<std::string>& rules) {
        std::string lines;
        for (std::size_t i = 0; i < rules.size(); ++i)
            lines += "\"h" + std::to_string(i) + "\"=\"" + rules[i] + "\"\r\n";
        return reg({kAllow22}, section(kLocal + "\\RestrictedServices\\" + place, lines));
    };
    const std::string start = "Service hardening, which is asked before all rules, does not block ";
    const std::string in = "V2.0|Action=Block|Dir=In|Svc=", out = "V2.0|Dir=Out|Action=Block|Svc=";
    for (const auto* place : {"Static\\System", "Configurable\\System"}) {
        const Policy policy =
            load_text(hardened(place, {in + "foo|", in + "bar|", in + "foo|Name=again|", out + "foo|"}));
        CHECK(assumes(policy, start + "inbound traffic of the services that it names: bar, foo."));
        CHECK(assumes(policy, start + "outbound traffic of the services that it names: foo."));
        CHECK(ask(policy, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/22") == "P");
    }
    std::vector<std::string> many;
    for (int i = 10; i < 21; ++i) many.push_back(in + "s" + std::to_string(i) + "|");
    CHECK(assumes(load_text(hardened("Static\\System", many)),
                  start + "inbound traffic of the services that it names: s10, s11, s12, s13, s14, s15, s16, s17 and 3 "
                          "more."));
    const Policy none = load_text(hardened("Static\\System", {"V2.0|Action=Allow|Dir=In|Svc=foo|"}));
    const Policy apps = load_text(hardened("AppIso\\FirewallRules", {in + "foo|"}));
    for (const Policy& policy : {none, apps}) {
        CHECK(std::none_of(policy.assumptions.begin(), policy.assumptions.end(),
                           [&](const auto& text) { return text.starts_with(start); }));
    }
}

TEST_CASE("text behind a statement of a registry file may be another statement") {
    const std::string key = kLocal + "\\FirewallRules";
    const std::string block = "\"b\"=\"v2.30|Action=Block|Active=TRUE|Dir=In|Protocol=6|LPort=22|\"";
    const std::string allow = "\"a\"=\"" + kAllow22 + "\"";
    const auto verdict = [](const std::string& extra) {
        return ask(load_text(reg({}, extra)), "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/22");
    };
    CHECK(verdict(section(key, allow)) == "P");
    CHECK(verdict(section(key, allow + " ; \"b\"=\"no\"")) == "P");
    CHECK(verdict(section(key, allow + " " + block)) == "U");
    CHECK(verdict(section(key, allow) + key + "] " + block + "\r\n") == "U");
    CHECK(verdict(section(key, allow) + key + "] ; " + block + "\r\n") == "P");
    CHECK(verdict(key + "] ; of [us]\r\n" + allow + "\r\n") == "P");
    CHECK(verdict(section(kLocal + "\\DomainProfile", "\"Notes\"=\"x\" \"EnableFirewall\"=dword:00000000")) == "U");
    const Policy policy = load_text(reg({}, section(key, allow + " " + block)));
    CHECK(says(policy, "text behind the end of a statement: whether it counts is not known"));
    // What stands under other keys is not the firewall's.
    CHECK(load_text(reg({}, section("[HKEY_LOCAL_MACHINE\\SOFTWARE\\X", "\"a\"=\"b\" junk"))).notes.empty());
}

TEST_CASE("comments behind numbers are no part of them") {
    for (const std::string number : {"dword:00000000 ; off", "dword:00000000;off", "hex(4):00,00,00,00 ; off",
                                     "hex(4):00,00,\\ ; off\r\n  00,00"}) {
        INFO(number);
        const Policy policy =
            load_text(gpo_reg({}, section(kPolicy + "\\DomainProfile", "\"EnableFirewall\"=" + number)));
        CHECK(ask(policy, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/22") == "P");
    }
}

TEST_CASE("an exception of Windows XP is off by its state, not by its name") {
    const auto verdict = [](const std::string& list, const std::string& value) {
        const Policy policy = load_text(gpo_reg({}, section(kPolicy + "\\DomainProfile\\" + list + "\\List", value)));
        return ask(policy, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/5000");
    };
    CHECK(verdict("GloballyOpenPorts", "\"5000:TCP\"=\"5000:TCP:*:Enabled:x:Disabled:y\"") == "U");
    CHECK(verdict("GloballyOpenPorts", "\"5000:TCP\"=\"5000:TCP:*:Disabled:x:Enabled:y\"") == "D");
    CHECK(verdict("AuthorizedApplications", "\"C:\\\\x.exe\"=\"C:\\\\x.exe:*:Enabled:x:Disabled:y\"") == "U");
}

TEST_CASE("copies of the policy are not read by the firewall") {
    const std::string copy = "[HKEY_LOCAL_MACHINE\\SOFTWARE\\WOW6432Node\\Policies\\Microsoft\\WindowsFirewall";
    const std::string editor =
        "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Group Policy Objects\\"
        "{1}Machine\\Software\\Policies\\Microsoft\\WindowsFirewall";
    CHECK(ask(load_text(reg({kAllow22}, section(editor + "\\DomainProfile", "\"EnableFirewall\"=dword:00000000"))),
              "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/23") == "D");
    const Policy policy =
        load_text(reg({kAllow22}, section(copy + "\\DomainProfile", "\"EnableFirewall\"=dword:00000000")));
    CHECK(ask(policy, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/23") == "D");
    CHECK(says(policy, "1 values under WOW6432Node are no firewall rules; they are left out"));
}
