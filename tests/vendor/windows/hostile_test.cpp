// Damaged and malicious files give clear errors, or a policy that claims nothing it should not.
#include "support/catch.hpp"
#include "support/program.hpp"
#include "vendor/windows/ask.hpp"

#include <fmt/format.h>
#include <hivex.h>

using namespace fwproof;
using namespace fwproof::windows;

namespace {

void put(std::string& bytes, std::size_t at, std::uint32_t value) {
    for (std::size_t i = 0; i < 4; ++i) bytes[at + i] = static_cast<char>(value >> (8 * i) & 0xff);
}

}  // namespace

TEST_CASE("registry.pol that is cut or damaged") {
    const std::string whole = read_fixture("one-policy/registry.pol");
    CHECK(load_error(whole.substr(0, 6), "r.pol") ==
          "r.pol: error: registry.pol is cut at byte 6, in its value 1\nhint: copy the file again\n");
    CHECK(load_error(whole.substr(0, 400), "r.pol") ==
          "r.pol: error: registry.pol is cut at byte 400, in its value 3\nhint: copy the file again\n");
    std::string damaged = whole;
    damaged[8] = '(';
    CHECK(load_error(damaged, "r.pol") ==
          "r.pol: error: registry.pol is damaged at byte 8, in its value 1\nhint: copy the file again\n");
    damaged = whole;
    damaged[4] = 2;
    CHECK(load_error(damaged, "r.pol") ==
          "r.pol: error: registry.pol of an unknown version\nhint: fwproof reads version 1\n");
    for (std::size_t size = 8; size < whole.size(); size += 97) CHECK(load_error(whole.substr(0, size)) != "");
}

TEST_CASE("hives that are cut, damaged or cyclic") {
    const std::string whole = read_fixture("one-policy/policy.wfw");
    CHECK(load_error(whole.substr(0, 100), "p.wfw") ==
          "p.wfw: error: the registry hive is cut: 100 bytes are less than its header\nhint: export it again with "
          "netsh advfirewall export FILE.wfw\n");
    CHECK(load_error(whole.substr(0, 5000), "p.wfw") ==
          "p.wfw: error: the registry hive is cut: it has 5000 of 8192 bytes\nhint: export it again with netsh "
          "advfirewall export FILE.wfw\n");
    std::string bad = whole;
    put(bad, 0x24, 0xfffffff0);  // the root cell
    CHECK(load_error(bad, "p.wfw").find("error: the registry hive is damaged") != std::string::npos);
    // A subkey list whose first entry is the root: a key below itself.
    bad = whole;
    const auto list = whole.find("lf\x04", 4096);
    REQUIRE(list != std::string::npos);
    const auto root = static_cast<std::uint32_t>(static_cast<unsigned char>(whole[0x24]) |
                                                 static_cast<unsigned char>(whole[0x25]) << 8);
    put(bad, list + 4, root);
    CHECK(load_error(bad, "p.wfw") ==
          "p.wfw: error: the registry hive is damaged: its keys or values contradict each other\nhint: export it again "
          "with netsh advfirewall "
          "export FILE.wfw\n");
    for (std::size_t at = 4096; at + 4 < whole.size(); at += 68) {  // no crash, no hang, whatever it says
        bad = whole;
        put(bad, at, static_cast<std::uint32_t>(at * 2654435761U));
        load_error(bad);
    }
}

TEST_CASE("a hive of 512 keys within each other is read, a deeper one is not") {
    const auto deep = [](std::size_t keys) {
        const std::string path =
            write_file(fresh_directory("deep-hive"), "policy.wfw", read_fixture("one-policy/policy.wfw"));
        hive_h* hive = hivex_open(path.c_str(), HIVEX_OPEN_WRITE);
        REQUIRE(hive);
        hive_node_h node = hivex_root(hive);
        for (std::size_t i = 0; i < keys; ++i) node = hivex_node_add_child(hive, node, "k");
        REQUIRE(node != 0);
        REQUIRE(hivex_commit(hive, path.c_str(), 0) == 0);
        hivex_close(hive);
        return read_whole(path);
    };
    CHECK(load_error(deep(512)) == "");
    CHECK(load_error(deep(513)).find("error: the registry hive is damaged: ") != std::string::npos);
}

TEST_CASE("a hive that was not written out completely") {
    std::string dirty = read_fixture("one-policy/policy.wfw");
    std::uint32_t sum = 0;
    put(dirty, 8, 7);
    for (std::size_t at = 0; at < 508; at += 4) {
        std::uint32_t word = 0;
        for (std::size_t i = 0; i < 4; ++i)
            word |= static_cast<std::uint32_t>(static_cast<unsigned char>(dirty[at + i])) << (8 * i);
        sum ^= word;
    }
    put(dirty, 508, sum);
    const Policy policy = load_text(dirty);
    CHECK(policy.notes.at(0).kind == NoteKind::partial_export);
}

TEST_CASE("deep XML and many alternatives stay small") {
    std::string deep = "<GPO xmlns=\"http://www.microsoft.com/GroupPolicy/Settings\">";
    for (int i = 0; i < 200000; ++i) deep += "<a>";
    CHECK(load_error(deep).find("error: not well-formed XML") != std::string::npos);
    std::string gpp = "<RegistrySettings clsid=\"{A3CCFC41-DFDB-43a5-8D26-0FE8B954DA51}\">";
    for (int i = 0; i < 100000; ++i) gpp += "<Collection>";
    for (int i = 0; i < 100000; ++i) gpp += "</Collection>";
    const std::string refused = load_error(gpp + "</RegistrySettings>", "r.xml");
    CHECK(refused.starts_with("r.xml:1:822: error: XML is nested deeper than 64 levels\n"));
    CHECK(refused.ends_with("hint: no firewall export is; export the report again\n"));
    const std::string json = "[\"InstanceID\",\"Direction\"," + std::string(100000, '[');
    CHECK(load_error(json).find("error: JSON is nested deeper than 64 levels\n") != std::string::npos);

    std::string rule = "v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|";
    for (int i = 0; i < 5000; ++i) rule += fmt::format("LPort=w{}|RPort=w{}|RA4=w{}|RA6=w{}|LA4=w{}|", i, i, i, i, i);
    const Policy policy = load_text(reg({rule}));
    CHECK(policy.rulesets.at(0).rules.size() < 100);
    CHECK(ask(policy, "domain", Position::inbound, "10.0.0.5 > 10.9.9.9 tcp/80") == "U");
}

TEST_CASE("a line that cannot be read costs one note, and what it could change is unknown") {
    std::string text = reg({"v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=22|"});
    text.insert(text.rfind("\"r1\""), "\"r0\"=\"v2.30|Action=Block|Active=TRUE|Dir=In\r\n");
    const Policy policy = load_text(text, {}, "h.reg");
    CHECK(policy.notes.size() == 1);
    CHECK(policy.notes[0].message == "text value is not closed: the file is cut");
    CHECK(ask(policy, "domain", Position::inbound, "10.0.0.5 > 10.9.9.9 tcp/22") == "U");
}

namespace {

std::string bytes_of(std::string_view text) { return utf16(text).substr(2); }

// One record of registry.pol.
std::string record(std::string_view key, std::string_view name, std::uint32_t type, const std::string& data) {
    const auto four = [](std::uint32_t value) {
        std::string bytes(4, '\0');
        put(bytes, 0, value);
        return bytes;
    };
    const std::string end(2, '\0'), semicolon = bytes_of(";");
    return bytes_of("[") + bytes_of(key) + end + semicolon + bytes_of(name) + end + semicolon + four(type) + semicolon +
           four(static_cast<std::uint32_t>(data.size())) + semicolon + data + bytes_of("]");
}

constexpr std::string_view kRules = "Software\\Policies\\Microsoft\\WindowsFirewall\\FirewallRules";
constexpr std::string_view kDomain = "SOFTWARE\\Policies\\Microsoft\\WindowsFirewall\\DomainProfile";

}  // namespace

TEST_CASE("orders in registry.pol") {
    const std::string head("PReg\1\0\0\0", 8);
    const std::string end(2, '\0');
    const std::string rule = bytes_of("v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=22|Name=a];[b|") + end;
    const std::string off(4, '\0');
    const auto verdict = [&](const std::string& records) {
        return ask(load_text(head + records), "domain", Position::inbound, "10.0.0.5 > 10.9.9.9 tcp/22");
    };
    const std::string written = record(kRules, "r", 1, rule);
    const std::string other = record(kDomain, "EnableFirewall", 4, std::string("\1\0\0\0", 4));
    CHECK(verdict(written) == "P");
    CHECK(verdict(other + written + record(kRules, "**del.R", 1, bytes_of(" ") + end)) == "D");
    CHECK(verdict(other + record(kRules, "**del.r", 1, bytes_of(" ") + end) + written) == "P");  // the order counts
    CHECK(verdict(other + written + record(kRules, "**delvals.", 1, bytes_of(" ") + end)) == "D");
    CHECK(verdict(other + written + record(kRules, "**DeleteValues", 1, bytes_of("a;r") + end)) == "D");
    CHECK(verdict(other + written +
                  record("Software\\Policies\\Microsoft\\WindowsFirewall", "**DeleteKeys", 1,
                         bytes_of("Other;FirewallRules") + end)) == "D");
    CHECK(verdict(record(kRules, "**soft.r", 1, rule)) == "U");  // only where no such value was
    CHECK(verdict(record(kRules, "**later.r", 1, rule)) == "U");
    CHECK(verdict(record(kRules, "r", 3, rule)) == "U");  // binary data is no rule
    CHECK(verdict(record(kDomain, "EnableFirewall", 4, off)) == "P");
    CHECK(verdict(record(kDomain, "EnableFirewall", 4, std::string(2, '\0'))) == "U");
}

TEST_CASE("LGPO text that ends inside a block") {
    const std::string rule = "Computer\nSOFTWARE\\Policies\\Microsoft\\WindowsFirewall\\FirewallRules\n";
    const std::string allow = "r\nSZ:v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=22|\n\n";
    const auto verdict = [](const std::string& text) {
        return ask(load_text(text), "domain", Position::inbound, "10.0.0.5 > 10.9.9.9 tcp/22");
    };
    CHECK(verdict(rule + allow) == "P");
    CHECK(verdict(rule + allow + rule + "s") == "U");  // whatever it would have written
    const Policy policy = load_text(rule + allow + rule + "s");
    CHECK(policy.notes.at(0).message == "the file ends inside this block");
}

TEST_CASE("lines of LGPO text that are in no block may be a rule of the key that they show") {
    const std::string key = "SOFTWARE\\Policies\\Microsoft\\WindowsFirewall\\FirewallRules\n";
    const std::string allow =
        "Computer\n" + key + "r\nSZ:v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=22|\n\n";
    const std::string block = "SZ:v2.30|Action=Block|Active=TRUE|Dir=In|Protocol=6|LPort=22|\n\n";
    struct Case {
        std::string lines;
        const char* verdict;
    };
    const std::vector<Case> kCases = {
        {"Computer\n" + key + "b\n" + block, "D"},
        {key + "b\n" + block, "U"},                 // the first line is lost
        {"Conputer\n" + key + "b\n" + block, "U"},  // or misspelt
        {"Computer\n" + key + "\nb\n" + block, "U"},
        {"Computer\n\n" + key + "b\n" + block, "U"},
        {"Computer\n" + key + block, "U"},  // a name is lost
        {"Computer\nb\n" + block, "U"},     // a key and a name are
        {block, "U"},
        {"SOFTWARE\\Other\nb\nDWORD:1\n\n", "P"},  // not the firewall's
        {"Computer\nSOFTWARE\\Other\n\nb\nDWORD:1\n\n", "P"},
        {"User\n" + key + "\nb\n" + block, "P"},
    };
    for (const auto& one : kCases) {
        INFO(one.lines);
        for (const std::string& text : {allow + one.lines, allow + one.lines + allow}) {
            CHECK(ask(load_text(text), "domain", Position::inbound, "10.0.0.5 > 10.9.9.9 tcp/22") == one.verdict);
        }
    }
    CHECK(ask(load_text(allow + "User"), "domain", Position::inbound, "10.0.0.5 > 10.9.9.9 tcp/22") == "P");
}

TEST_CASE("a rule in which the file ends may be any rule") {
    const std::string lgpo = "Computer\nSOFTWARE\\Policies\\Microsoft\\WindowsFirewall\\FirewallRules\n";
    const std::string query =
        "HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall\\FirewallRules\r\n    a    REG_SZ    "
        "v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=80|\r\n    b    REG_SZ    ";
    const std::string whole = "v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=80|RA4=10.1.0.0/16|";
    const auto verdict = [](const std::string& text) {
        return ask(load_text(text), "domain", Position::inbound, "10.0.0.5 > 10.9.9.9 tcp/80");
    };
    const std::string start = lgpo + "r\nSZ:";
    CHECK(verdict(start + whole) == "D");
    CHECK(verdict(query + whole) == "P");
    // Behind a bar nothing is known to be missing.
    for (std::size_t size = whole.find("|Active"); size < whole.size(); ++size) {
        if (whole[size - 1] == '|') continue;
        INFO(whole.substr(0, size));
        CHECK(verdict(start + whole.substr(0, size)) == "U");
        CHECK(verdict(query + whole.substr(0, size)) == "U");
        CHECK(verdict(query + whole.substr(0, size) + "\r\n\r\n") == "U");
    }
    const Policy policy = load_text(start + whole.substr(0, 40));
    CHECK(policy.notes.at(0).message == "the file ends inside rule 'r'");
    CHECK(policy.notes.at(0).kind == NoteKind::unparsed_line);
    // What stands behind shows that the value is whole, as does a quote.
    CHECK(verdict(start + "v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=80\n\n" + lgpo + "s\nDELETE\n") ==
          "P");
    CHECK(verdict(reg({"v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=80"})) == "P");
}

TEST_CASE(".PolicyRules of several policy objects are layered") {
    const auto entry = [](const std::string& object, const std::string& key, const std::string& name,
                          const std::string& type, const std::string& data) {
        return "<ComputerConfig><Key>SOFTWARE\\Policies\\Microsoft\\WindowsFirewall\\" + key + "</Key><Value>" + name +
               "</Value><RegType>" + type + "</RegType><RegData>" + data + "</RegData><PolicyName>" + object +
               "</PolicyName></ComputerConfig>";
    };
    const auto verdict = [](const std::string& entries, const std::string& flow) {
        return ask(load_text("<PolicyRules>" + entries + "</PolicyRules>"), "domain", Position::inbound, flow);
    };
    const std::string on = entry("A", "DomainProfile", "EnableFirewall", "REG_DWORD", "1");
    const std::string off = entry("B", "DomainProfile", "EnableFirewall", "REG_DWORD", "0");
    CHECK(verdict(on + off, "10.0.0.5 > 10.9.9.9 tcp/22") == "U");  // which of them wins is not in the file
    CHECK(verdict(on, "10.0.0.5 > 10.9.9.9 tcp/22") == "D");
    const auto rule = [&](const std::string& object, const std::string& port) {
        return entry(object, "FirewallRules", "r", "REG_SZ",
                     "v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=" + port + "|");
    };
    CHECK(verdict(rule("A", "22") + rule("B", "23"), "10.0.0.5 > 10.9.9.9 tcp/22") == "U");
    CHECK(verdict(rule("A", "22") + rule("A", "23"), "10.0.0.5 > 10.9.9.9 tcp/22") == "D");  // later values win
}

TEST_CASE("preferences under conditions") {
    const auto file = [](const std::string& attributes, const std::string& properties, const std::string& inside) {
        return "<RegistrySettings clsid=\"{A3CCFC41-DFDB-43a5-8D26-0FE8B954DA51}\"><Registry name=\"n\" " + attributes +
               "><Properties hive=\"HKEY_LOCAL_MACHINE\" " + properties + "/>" + inside +
               "</Registry><Registry name=\"o\"><Properties action=\"U\" hive=\"HKEY_LOCAL_MACHINE\" "
               "key=\"SOFTWARE\\Policies\\Microsoft\\WindowsFirewall\\PublicProfile\" name=\"EnableFirewall\" "
               "type=\"REG_DWORD\" value=\"00000001\"/></Registry></RegistrySettings>";
    };
    const std::string rule =
        "key=\"SOFTWARE\\Policies\\Microsoft\\WindowsFirewall\\FirewallRules\" name=\"r\" type=\"REG_SZ\" "
        "value=\"v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=22|\"";
    const auto setting = [](const std::string& name, const std::string& value) {
        return "key=\"SOFTWARE\\Policies\\Microsoft\\WindowsFirewall\\DomainProfile\" name=\"" + name +
               "\" type=\"REG_DWORD\" value=\"0000000" + value + "\"";
    };
    struct Case {
        std::string name, attributes, properties, inside, port, verdict;
    };
    const std::string filter = "<Filters><FilterOs/></Filters>";
    const std::vector<Case> cases = {
        {"written", "", "action=\"U\" " + rule, "", "22", "P"},
        {"switched off", "disabled=\"1\"", "action=\"U\" " + rule, "", "22", "D"},
        {"for some computers", "", "action=\"U\" " + rule, filter, "22", "U"},
        {"only where it is new", "", "action=\"C\" " + rule, "", "22", "U"},
        {"shields for some computers", "", "action=\"U\" " + setting("DoNotAllowExceptions", "1"), filter, "22", "D"},
        {"firewall off for some computers", "", "action=\"U\" " + setting("EnableFirewall", "0"), filter, "22", "U"},
        {"firewall on for some computers", "", "action=\"U\" " + setting("EnableFirewall", "1"), filter, "22", "D"},
        {"an open default for some computers", "", "action=\"U\" " + setting("DefaultInboundAction", "0"), filter, "22",
         "U"},
    };
    for (const Case& item : cases) {
        INFO(item.name);
        CHECK(ask(load_text(file(item.attributes, item.properties, item.inside)), "domain", Position::inbound,
                  "10.0.0.5 > 10.9.9.9 tcp/" + item.port) == item.verdict);
    }
}

TEST_CASE("preferences that are switched off as a whole write nothing") {
    const auto file = [](const std::string& attribute) {
        return "<RegistrySettings clsid=\"{A3CCFC41-DFDB-43a5-8D26-0FE8B954DA51}\"" + attribute +
               "><Registry name=\"r\"><Properties action=\"U\" hive=\"HKEY_LOCAL_MACHINE\" "
               "key=\"SOFTWARE\\Policies\\Microsoft\\WindowsFirewall\\FirewallRules\" name=\"r\" type=\"REG_SZ\" "
               "value=\"v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=22|\"/></Registry></RegistrySettings>";
    };
    CHECK(load_error(file("")).empty());
    CHECK(load_error(file(" disabled=\"0\"")).empty());
    CHECK(load_error(file(" disabled=\"1\""), "Registry.xml") ==
          "Registry.xml: error: the preferences file holds no firewall policy in force\nhint: it writes no firewall "
          "keys, or is switched off\n");
}

TEST_CASE("what is written only under conditions leaves what stood before it") {
    const auto item = [](const std::string& inside, const std::string& key, const std::string& data) {
        return "<Registry name=\"n\"><Properties action=\"U\" hive=\"HKEY_LOCAL_MACHINE\" "
               "key=\"SOFTWARE\\Policies\\Microsoft\\WindowsFirewall\\" +
               key + "\" " + data + "/>" + inside + "</Registry>";
    };
    const std::string filter = "<Filters><FilterOs/></Filters>";
    const auto setting = [&](const std::string& inside, const std::string& value) {
        return item(inside, "DomainProfile",
                    "name=\"EnableFirewall\" type=\"REG_DWORD\" value=\"0000000" + value + "\"");
    };
    const auto rule = [&](const std::string& inside, const std::string& action) {
        return item(
            inside, "FirewallRules",
            "name=\"r\" type=\"REG_SZ\" value=\"v2.30|Action=" + action + "|Active=TRUE|Dir=In|Protocol=6|LPort=22|\"");
    };
    struct Case {
        std::string name, items, verdict;
    };
    const std::vector<Case> cases = {
        {"off, then perhaps on", setting("", "0") + setting(filter, "1"), "U"},
        {"off, then perhaps off", setting("", "0") + setting(filter, "0"), "P"},
        {"off, then on", setting("", "0") + setting("", "1"), "D"},
        {"perhaps off, then on", setting(filter, "0") + setting("", "1"), "D"},
        {"allow, then perhaps block", rule("", "Allow") + rule(filter, "Block"), "U"},
        {"allow, then block", rule("", "Allow") + rule("", "Block"), "D"},
        {"perhaps block, then allow", rule(filter, "Block") + rule("", "Allow"), "P"},
    };
    for (const Case& one : cases) {
        INFO(one.name);
        const std::string file =
            "<RegistrySettings clsid=\"{A3CCFC41-DFDB-43a5-8D26-0FE8B954DA51}\">" + one.items + "</RegistrySettings>";
        CHECK(ask(load_text(file), "domain", Position::inbound, "10.0.0.5 > 10.9.9.9 tcp/22") == one.verdict);
    }
}

TEST_CASE("a comment inside a value does not cut it") {
    const auto verdict = [](const std::string& port, const std::string& asked) {
        const std::string text =
            "<GPO "
            "xmlns=\"http://www.microsoft.com/GroupPolicy/Settings\"><Name>N</Name><Computer><Enabled>true</Enabled>"
            "<ExtensionData><Extension xmlns:q1=\"http://www.microsoft.com/GroupPolicy/Settings/WindowsFirewall\">"
            "<q1:InboundFirewallRules><q1:Action>Allow</q1:Action><q1:Name>a</q1:Name><q1:Dir>In</q1:Dir><q1:LPort>" +
            port +
            "</q1:LPort><q1:Protocol>6</q1:Protocol><q1:Active>true</q1:Active></q1:InboundFirewallRules>"
            "</Extension></ExtensionData></Computer><LinksTo><SOMPath>c</SOMPath><Enabled>true</Enabled></LinksTo></"
            "GPO>";
        return ask(load_text(text), "domain", Position::inbound, "10.0.0.5 > 10.9.9.9 tcp/" + asked);
    };
    for (const auto* port : {"8<!-- -->0", "8<!-- a --><!-- b -->0", "<!-- -->8<![CDATA[0]]>", "<!-- -->80<!-- -->"}) {
        INFO(port);
        CHECK(verdict(port, "80") == "P");
        CHECK(verdict(port, "8") == "D");
    }
    std::string many;
    for (int i = 0; i < 50000; ++i) many += "0<!---->";
    CHECK(verdict(many + "80", "80") == "P");
}

TEST_CASE("10,000 rules of ten networks each") {
    std::vector<std::string> rules;
    for (int i = 0; i < 10000; ++i) {
        std::string rule = fmt::format("v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort={}|", i % 60000 + 1);
        for (int j = 0; j < 10; ++j) rule += fmt::format("RA4=10.{}.{}.0/255.255.255.0|", i % 250, j);
        rules.push_back(rule);
    }
    const std::string text = utf16(reg(rules));
    const Policy policy = load_text(text);
    CHECK(policy.rulesets.at(0).rules.size() == 10002);  // and loopback, and what belongs to a known connection
}
