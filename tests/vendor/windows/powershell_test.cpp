// Exports of the cmdlets: what is missing leaves rules undecided, and numbers mean what the class says.
#include "support/catch.hpp"
#include "vendor/windows/ask.hpp"

#include <algorithm>

using namespace fwproof;
using namespace fwproof::windows;

namespace {

std::string json_rule(std::string_view properties) {
    return "[{\"InstanceID\":\"a\",\"DisplayName\":\"A\",\"Direction\":1," + std::string(properties) + "}]";
}

const std::string kFilters =
    ",\"Protocol\":\"TCP\",\"LocalPort\":\"80\",\"RemotePort\":\"Any\",\"LocalAddress\":\"Any\",\"RemoteAddress\":"
    "\"Any\","
    "\"Program\":\"Any\",\"Service\":\"Any\",\"InterfaceAlias\":\"Any\",\"InterfaceType\":\"Any\",\"Authentication\":"
    "\"NotRequired\",\"Encryption\":\"NotRequired\",\"LocalUser\":\"Any\",\"RemoteUser\":\"Any\",\"RemoteMachine\":"
    "\"Any\"";
const std::string kAllowed = "\"Enabled\":1,\"Profile\":0,\"Action\":2";

std::string in80(const std::string& text, std::string_view profile = "domain") {
    return ask(load_text(text), profile, Position::inbound, "10.0.0.5 > 10.9.9.9 tcp/80");
}

bool says(const Policy& policy, std::string_view text) {
    return std::any_of(policy.notes.begin(), policy.notes.end(),
                       [&](const Note& note) { return note.message == text; });
}

}  // namespace

TEST_CASE("numbers of the CIM classes") {
    CHECK(in80(json_rule("\"Enabled\":1,\"Profile\":0,\"Action\":2" + kFilters)) == "P");
    CHECK(in80(json_rule("\"Enabled\":2,\"Profile\":0,\"Action\":2" + kFilters)) == "D");
    CHECK(in80(json_rule("\"Enabled\":1,\"Profile\":0,\"Action\":4" + kFilters)) == "D");
    CHECK(in80(json_rule("\"Enabled\":1,\"Profile\":6,\"Action\":2" + kFilters)) == "D");
    CHECK(in80(json_rule("\"Enabled\":1,\"Profile\":6,\"Action\":2" + kFilters), "private") == "P");
    CHECK(in80(json_rule("\"Enabled\":1,\"Profile\":0,\"Action\":7" + kFilters)) == "U");
    CHECK(in80(json_rule("\"Enabled\":\"True\",\"Profile\":\"Any\",\"Action\":\"Allow\"" + kFilters)) == "P");
}

TEST_CASE("rules without their filters decide nothing") {
    const Policy policy = load_text(json_rule("\"Enabled\":1,\"Profile\":0,\"Action\":2"));
    CHECK(ask(policy, "domain", Position::inbound, "10.0.0.5 > 10.9.9.9 tcp/80") == "U");
    const auto note = std::find_if(policy.notes.begin(), policy.notes.end(), [](const Note& n) {
        return n.kind == NoteKind::partial_export && n.message.starts_with("1 rules");
    });
    REQUIRE(note != policy.notes.end());
    CHECK(note->message ==
          "1 rules come without protocol, local addresses, remote addresses, program, service, interface types, "
          "interface, authentication, local users, remote users, remote machines: they may match less than the export "
          "shows");
    CHECK(note->hint ==
          "use netsh advfirewall export FILE.wfw, or join Get-NetFirewallPortFilter, AddressFilter, ApplicationFilter, "
          "ServiceFilter, InterfaceFilter, InterfaceTypeFilter and SecurityFilter in an elevated shell");
}

TEST_CASE("null and lost lists are not any") {
    std::string null = kFilters;
    null.replace(null.find("\"80\""), 4, "null");
    CHECK(in80(json_rule("\"Enabled\":1,\"Profile\":0,\"Action\":2" + null)) == "U");
    std::string lost = kFilters;
    lost.replace(lost.find("\"80\""), 4, "\"System.String[]\"");
    CHECK(in80(json_rule("\"Enabled\":1,\"Profile\":0,\"Action\":2" + lost)) == "U");
}

TEST_CASE("each property that is missing, null or lost leaves the rule undecided") {
    // Everything that could narrow the rule, taken away in turn.
    for (const auto* name :
         {"Protocol", "LocalPort", "RemotePort", "LocalAddress", "RemoteAddress", "Program", "Service",
          "InterfaceAlias", "InterfaceType", "Authentication", "LocalUser", "RemoteUser", "RemoteMachine"}) {
        INFO(name);
        const std::string start = ",\"" + std::string(name) + "\":";
        const auto at = kFilters.find(start);
        REQUIRE(at != std::string::npos);
        const auto end = std::min(kFilters.find(',', at + 1), kFilters.size());
        for (const std::string& instead :
             {std::string(), start + "null", start + "[]", start + "\"System.String[]\""}) {
            const std::string without = kFilters.substr(0, at) + instead + kFilters.substr(end);
            CHECK(in80(json_rule(kAllowed + without)) == "U");
        }
    }
    for (const auto* basics :
         {"\"Enabled\":null,\"Profile\":0,\"Action\":2", "\"Enabled\":1,\"Profile\":0,\"Action\":null",
          "\"Enabled\":1,\"Action\":2", "\"Enabled\":1,\"Profile\":null,\"Action\":2",
          "\"Enabled\":0,\"Profile\":0,\"Action\":2"}) {
        INFO(basics);
        CHECK(in80(json_rule(basics + kFilters)) == "U");
    }
}

TEST_CASE("rarer properties of a rule") {
    struct Case {
        std::string more, verdict;
    };
    const std::vector<Case> cases = {
        {",\"RemoteDynamicKeywordAddresses\":[\"{1}\"]", "U"},
        {",\"RemoteDynamicKeywordAddresses\":null", "P"},
        {",\"PolicyAppId\":\"x\"", "U"},
        {",\"Platform\":[\"6.1+\"]", "P"},
        {",\"Platform\":[\"6.1\"]", "U"},
        {",\"Package\":\"S-1-15-2-1\"", "U"},
        {",\"Owner\":\"S-1-5-21-1\"", "U"},
        {",\"PrimaryStatus\":1,\"EnforcementStatus\":[1]", "P"},
        {",\"PrimaryStatus\":3", "U"},
        {",\"EnforcementStatus\":[16]", "U"},
        {",\"EnforcementStatus\":[7]", "U"},
        {",\"EnforcementStatus\":\"LocalFirewallRulesDisallowed\"", "U"},
        {",\"EnforcementStatus\":[5, 19]", "P"},
        {",\"LocalUsers\":null", "P"},
    };
    for (const Case& item : cases) {
        INFO(item.more);
        CHECK(in80(json_rule(kAllowed + kFilters + item.more)) == item.verdict);
    }
    std::string star = kFilters;
    star.replace(star.find("\"Service\":\"Any\""), 15, "\"Service\":\"*\"");
    CHECK(in80(json_rule(kAllowed + star)) == "U");  // any service, and no other process
    std::string any = kFilters;
    any.replace(any.find("\"80\""), 4, "[\"443\", \"Any\"]");
    CHECK(in80(json_rule(kAllowed + any)) == "P");
    // A bypass whose machines are not shown still could be one.
    std::string bypass = kFilters;
    bypass.replace(bypass.find("\"RemoteMachine\":\"Any\""), 21, "\"RemoteMachine\":null");
    bypass.replace(bypass.find("\"Authentication\":\"NotRequired\""), 30, "\"Authentication\":1");
    CHECK(in80(json_rule("\"Enabled\":1,\"Profile\":0,\"Action\":3" + bypass)) == "U");
}

TEST_CASE("profiles beside the rules") {
    const auto with = [](const std::string& settings) {
        std::string text = json_rule(kAllowed + kFilters);
        text.pop_back();
        return text + ",{\"Name\":\"Domain\",\"InstanceID\":\"d\"," + settings + "}]";
    };
    const std::string on = "\"Enabled\":1,\"DefaultInboundAction\":4";
    const std::string other = "10.0.0.5 > 10.9.9.9 tcp/81";
    const auto in = [&](const std::string& settings, const std::string& flow) {
        return ask(load_text(with(settings)), "domain", Position::inbound, flow);
    };
    CHECK(in(on, other) == "D");
    CHECK(in("\"Enabled\":0,\"DefaultInboundAction\":4", other) == "P");
    CHECK(in("\"Enabled\":2,\"DefaultInboundAction\":0", other) == "D");  // not configured
    CHECK(in("\"Enabled\":5,\"DefaultInboundAction\":4", other) == "U");
    CHECK(in("\"Enabled\":1,\"DefaultInboundAction\":2", other) == "P");
    CHECK(in("\"Enabled\":1,\"DefaultInboundAction\":3", other) == "U");
    CHECK(in(on + ",\"AllowInboundRules\":0", "10.0.0.5 > 10.9.9.9 tcp/80") == "D");
    CHECK(in(on + ",\"AllowInboundRules\":7", "10.0.0.5 > 10.9.9.9 tcp/80") == "U");
    CHECK(in(on + ",\"DisabledInterfaceAliases\":[\"Ethernet\"]", other) == "U");
    CHECK(in(on + ",\"DisabledInterfaceAliases\":\"NotConfigured\"", other) == "D");
    // Whether this is the active store, where it would shut local rules out, is not in the export.
    CHECK(in(on + ",\"AllowLocalFirewallRules\":0", "10.0.0.5 > 10.9.9.9 tcp/80") == "U");
    CHECK(in(on + ",\"AllowLocalFirewallRules\":1", "10.0.0.5 > 10.9.9.9 tcp/80") == "P");
}

TEST_CASE("the firewall of virtual machines is not the host's") {
    std::string text = json_rule(kAllowed + kFilters);
    text.pop_back();
    const std::string machine = R"(,"VMCreatorId":"{40E0AC32-46A5-438A-A0B2-2B479E8F2E90}")";
    const std::string both =
        text + R"(,{"InstanceID":"hv","Direction":1,"Enabled":1,"Action":4,"Protocol":"TCP","LocalPorts":"80")" +
        machine + R"(},{"Name":"Domain","InstanceID":"x|Domain","Enabled":0,"DefaultInboundAction":2)" + machine + "}]";
    const Policy policy = load_text(both);
    CHECK(ask(policy, "domain", Position::inbound, "10.0.0.5 > 10.9.9.9 tcp/80") == "P");
    CHECK(ask(policy, "domain", Position::inbound, "10.0.0.5 > 10.9.9.9 tcp/81") == "D");
    CHECK(says(policy,
               "2 rules and profiles of the Hyper-V firewall (VMCreatorId) are left out: they are for virtual "
               "machines, not for the host"));
    CHECK(load_error("[" + both.substr(both.find(",{\"Name\"") + 1)).find("holds no firewall policy in force") !=
          std::string::npos);
}

TEST_CASE("a rule of the persistent store says nothing about policy") {
    const Policy policy = load_text(
        json_rule("\"Enabled\":1,\"Profile\":0,\"Action\":2,\"PolicyStoreSource\":\"PersistentStore\"" + kFilters));
    CHECK(std::count(policy.assumptions.begin(), policy.assumptions.end(),
                     "No group policy adds rules or settings to the local store that was read.") == 1);
    CHECK(says(policy,
               "no rule comes from group policy: without -PolicyStore ActiveStore the cmdlets show the local store "
               "alone"));
    CHECK(!says(load_text(json_rule(kAllowed + ",\"PolicyStoreSourceType\":2" + kFilters)),
                "no rule comes from group policy: without -PolicyStore ActiveStore the cmdlets show the local store "
                "alone"));
    std::string two = json_rule("\"Enabled\":1,\"Profile\":0,\"Action\":2" + kFilters);
    two.pop_back();
    two +=
        ",{\"InstanceID\":\"g\",\"Direction\":1,\"Enabled\":1,\"Action\":4,\"PolicyStoreSourceType\":\"Generated\"}]";
    const Policy generated = load_text(two);
    CHECK(ask(generated, "domain", Position::inbound, "10.0.0.5 > 10.9.9.9 tcp/80") == "P");
    CHECK(says(generated, "1 rules that the system generated are left out"));
}

TEST_CASE("tables: any column order, separators and spellings") {
    const std::string table =
        "#TYPE Selected.System.Object\r\nDirection;Action;Enabled;Local "
        "Ports;Protocol;RemoteIP;LocalIP;ApplicationName;ServiceName;InterfaceTypes;RemotePort;Name;Profile;"
        "InterfaceAlias;Authentication;LocalUsers;RemoteUsers;RemoteMachines\r\n"
        "Inbound;Allow;True;\"80, 443\";TCP;10.0.0.0/8;Any;Any;Any;Any;Any;web;Any;Any;NotRequired;Any;Any;Any\r\n"
        "Inbound;Allow;True;{22, 23};TCP;Any;Any;Any;Any;Any;Any;shell;Any;Any;NotRequired;Any;Any;Any\r\n";
    const Policy policy = load_text(table);
    CHECK(ask(policy, "domain", Position::inbound, "10.0.0.5 > 10.9.9.9 tcp/443") == "P");
    CHECK(ask(policy, "domain", Position::inbound, "192.0.2.5 > 10.9.9.9 tcp/443") == "D");
    CHECK(ask(policy, "domain", Position::inbound, "192.0.2.5 > 10.9.9.9 tcp/23") == "P");
    const Policy cut = load_text(table + "Inbound;Allow;True\r\n");
    CHECK(ask(cut, "domain", Position::inbound, "192.0.2.5 > 10.9.9.9 tcp/443") == "U");
    CHECK(says(cut, "row has 3 cells, the header 18"));
    const Policy nothing = load_text(table + "Inbound\r\n");  // not even an action
    CHECK(ask(nothing, "domain", Position::inbound, "192.0.2.5 > 10.9.9.9 tcp/23") == "U");
}

TEST_CASE("a row that is cut or shifted may be any rule") {
    const std::string table =
        "Name,Direction,Action,Enabled,Protocol,LocalPort,RemotePort,LocalAddress,RemoteAddress,Program,Service,"
        "InterfaceType,InterfaceAlias,Authentication,LocalUser,RemoteUser,RemoteMachine,Profile\r\n"
        "\"all\",Inbound,Allow,True,TCP,Any,Any,Any,Any,Any,Any,Any,Any,NotRequired,Any,Any,Any,Any\r\n";
    struct Case {
        std::string name, row, verdict, note;
    };
    const std::string kUnclosed = "a quote in this row is never closed: the file is cut";
    const std::vector<Case> cases = {
        {"whole", "\"b\",Inbound,Block,True,TCP,80,Any,Any,10.1.1.0/24,Any,Any,Any,Any,NotRequired,Any,Any,Any,Any",
         "P", ""},
        {"a cut address", "\"b\",Inbound,Block,True,TCP,80,Any,Any,\"10.1.1.0", "U", kUnclosed},
        {"a cut address in the last column",
         "\"b\",Inbound,Block,True,TCP,80,Any,Any,Any,Any,Any,Any,Any,NotRequired,Any,Any,Any,\"Privat", "U",
         kUnclosed},
        {"a cut port", "\"b\",Inbound,Block,True,TCP,8", "U", "row has 6 cells, the header 18"},
        {"an unquoted list",
         "\"b\",Inbound,Block,True,TCP,22,80,Any,Any,Any,Any,Any,Any,Any,NotRequired,Any,Any,Any,Any", "U",
         "row has 19 cells, the header 18"},
    };
    for (const Case& item : cases) {
        INFO(item.name);
        const Policy policy = load_text(table + item.row);
        CHECK(ask(policy, "domain", Position::inbound, "10.1.2.5 > 10.9.9.9 tcp/80") == item.verdict);
        if (!item.note.empty()) CHECK(says(policy, item.note));
    }
}

TEST_CASE("JSON that is cut says where") {
    CHECK(load_error("[{\"InstanceID\":\"a\",\"Direction\":1,", "r.json") ==
          "r.json:1:34: error: not well-formed JSON\n"
          "    [{\"InstanceID\":\"a\",\"Direction\":1,\n"
          "                                     ^\n"
          "hint: the file looks cut or was edited; export it again\n");
}

TEST_CASE("JSON that is nested too deeply says where") {
    const std::string start = "[{\"InstanceID\":\"a\",\"Direction\":1,\"x\":";
    const std::string error = load_error(start + std::string(70, '[') + std::string(70, ']') + "}]", "r.json");
    CHECK(error.starts_with("r.json:1:100: error: JSON is nested deeper than 64 levels\n"));
    CHECK(error.ends_with("hint: no firewall export is; export it again\n"));
}

namespace {

std::string joined(const std::string& id, const std::string& more) {
    return "{\"InstanceID\":\"" + id + "\",\"DisplayName\":\"" + id + "\",\"Direction\":1," + kAllowed + more +
           kFilters + "}";
}

std::vector<Policy> load_several(const std::string& text) {
    const Input input{"export", {std::make_shared<const Source>("export", text)}};
    auto policies = load_policies(input, {});
    REQUIRE(policies);
    return std::move(*policies);
}

}  // namespace

TEST_CASE("an inventory of many computers holds many devices") {
    for (const auto* name : {"PSComputerName", "ComputerName", "SystemName"}) {
        const auto of = [&](const std::string& computer) {
            return ",\"" + std::string(name) + "\":\"" + computer + "\"";
        };
        std::string elsewhere = joined("RDP", of("srv2"));
        elsewhere.replace(elsewhere.find("\"Any\",\"Program"), 5, "\"192.0.2.0/24\"");
        const auto policies =
            load_several("[" + joined("RDP", of("srv1")) + "," + elsewhere + "," + joined("Web", of("SRV1")) + "]");
        REQUIRE(policies.size() == 2);
        CHECK(policies[0].device == "srv1");
        CHECK(policies[1].device == "srv2");
        CHECK(ask(policies[0], "domain", Position::inbound, "10.0.0.5 > 10.9.9.9 tcp/80") == "P");
        CHECK(ask(policies[1], "domain", Position::inbound, "10.0.0.5 > 10.9.9.9 tcp/80") == "D");
        CHECK(ask(policies[1], "domain", Position::inbound, "192.0.2.5 > 10.9.9.9 tcp/80") == "P");
    }
    // Of one computer, what does not name it is its own.
    const auto one = load_several("[" + joined("Web", ",\"PSComputerName\":\"srv1\"") + "," + joined("RDP", "") + "]");
    REQUIRE(one.size() == 1);
    CHECK(one[0].device == "srv1");
    CHECK(load_error("[" + joined("Web", ",\"PSComputerName\":\"srv1\"") + "," +
                     joined("RDP", ",\"PSComputerName\":\"srv2\"") + "," + joined("DNS", "") + "]")
              .find("error: 1 object names no computer, the others name 2 of them\n") != std::string::npos);
}

TEST_CASE("where a rule comes from") {
    struct Case {
        std::string type, verdict, store;
    };
    const std::vector<Case> cases = {
        {"1", "P", "local store"},   {"\"Local\"", "P", "local store"},     {"2", "P", "group policy 'GPO X'"},
        {"3", "P", "dynamic store"}, {"\"Dynamic\"", "P", "dynamic store"}, {"4", "D", ""},
        {"\"Hardcoded\"", "D", ""},  {"6", "P", "device management store"}, {"8", "U", "local store"},
        {"11", "U", "local store"},  {"\"Elsewhere\"", "U", "local store"}};
    for (const Case& item : cases) {
        INFO(item.type);
        const std::string text = joined("a", ",\"PolicyStoreSource\":\"GPO X\",\"PolicyStoreSourceType\":" + item.type);
        std::string block = joined("b", ",\"PolicyStoreSourceType\":1");
        block.replace(block.find("\"80\""), 4, "\"81\"");
        const auto alone = load_several("[" + text + "," + block + "]");
        REQUIRE(alone.size() == 1);
        CHECK(ask(alone[0], "domain", Position::inbound, "10.0.0.5 > 10.9.9.9 tcp/80") == item.verdict);
        for (const Rule& rule : alone[0].rulesets.at(0).rules) {
            if (rule.name == "a") CHECK(rule.store == item.store);
        }
    }
}

TEST_CASE("profiles alone rest on there being no rule") {
    const std::string profile =
        "{\"Name\":\"Domain\",\"InstanceID\":\"p\",\"Enabled\":1,\"DefaultInboundAction\":4,\"DefaultOutboundAction\":"
        "2}";
    const std::string sentence = "No rule stands in the stores of which the export shows the profiles alone.";
    const auto assumed = [&](const std::string& text) {
        const auto all = load_text(text).assumptions;
        return std::count(all.begin(), all.end(), sentence);
    };
    CHECK(assumed("[" + profile + "]") == 1);
    CHECK(assumed("[" + profile + "," + joined("a", "") + "]") == 0);
}

TEST_CASE("of two objects that contradict each other neither is believed") {
    const auto profile = [](const std::string& settings) {
        return ",{\"Name\":\"Domain\",\"InstanceID\":\"MSFT|FW|FirewallProfile|Domain\",\"DefaultOutboundAction\":2," +
               settings + "}";
    };
    const std::string on = profile("\"Enabled\":1,\"DefaultInboundAction\":4");
    const std::string off = profile("\"Enabled\":0,\"DefaultInboundAction\":4");
    const std::string open = profile("\"Enabled\":1,\"DefaultInboundAction\":2");
    const std::string unset = profile("\"Enabled\":2,\"DefaultInboundAction\":0");
    struct Case {
        std::string name, profiles, verdict;
    };
    const std::vector<Case> profiles = {{"one", on, "D"},
                                        {"the same twice", on + on, "D"},
                                        {"on and off", on + off, "U"},
                                        {"off and on", off + on, "U"},
                                        {"block and allow", on + open, "U"},
                                        {"set and not set", off + unset, "P"},
                                        {"not set and set", unset + off, "P"}};
    for (const Case& item : profiles) {
        INFO(item.name);
        const Policy policy = load_text("[" + joined("a", "") + item.profiles + "]");
        CHECK(ask(policy, "domain", Position::inbound, "10.0.0.5 > 10.9.9.9 tcp/81") == item.verdict);
    }
    CHECK(says(load_text("[" + joined("a", "") + on + off + "]"),
               "EnableFirewall of profile 'Domain' stands twice with different values"));

    std::string bare = joined("a", "");
    bare.replace(bare.find(",\"Protocol\":\"TCP\",\"LocalPort\":\"80\""), 34, "");
    const auto filter = [](const std::string& ports, const std::string& more = "") {
        return ",{\"InstanceID\":\"a\",\"Protocol\":\"TCP\",\"RemotePort\":\"Any\",\"LocalPort\":" + ports + more + "}";
    };
    const std::vector<Case> filters = {
        {"one", filter("\"80\""), "P"},
        {"the same twice", filter("\"80\"") + filter("\"80\""), "P"},
        {"another order", filter("[\"80\",\"81\"]") + filter("\"81,80\""), "P"},
        {"other ports", filter("\"80\"") + filter("\"90\""), "U"},
        {"other ports, turned", filter("\"90\"") + filter("\"80\""), "U"},
        {"three", filter("\"90\"") + filter("\"80\"") + filter("\"90\""), "U"},
        {"one that says nothing", filter("null") + filter("\"80\""), "P"},
        {"what decides nothing", filter("\"80\"", ",\"Status\":\"a\"") + filter("\"80\"", ",\"Status\":\"b\""), "P"},
    };
    for (const Case& item : filters) {
        INFO(item.name);
        const Policy policy = load_text("[" + bare + item.profiles + "]");
        CHECK(ask(policy, "domain", Position::inbound, "10.0.0.5 > 10.9.9.9 tcp/80") == item.verdict);
        const std::string said = "filters of rule 'a' say different things in localport";
        CHECK(says(policy, said) == (item.verdict == "U"));
    }
}

TEST_CASE("joined rules need no InstanceID") {
    const std::string rule = "{\"Name\":\"a\",\"Direction\":\"Inbound\"," + kAllowed + kFilters + "}";
    CHECK(in80("[" + rule + "]") == "P");
    CHECK(in80("{\"Rules\":[" + rule + "]}") == "P");

    const std::vector<std::pair<std::string, std::string>> properties = {{"Name", "a"},
                                                                         {"Direction", "Inbound"},
                                                                         {"Action", "Allow"},
                                                                         {"Enabled", "True"},
                                                                         {"Profile", "Any"},
                                                                         {"Protocol", "TCP"},
                                                                         {"LocalPort", "80"},
                                                                         {"RemotePort", "Any"},
                                                                         {"LocalAddress", "Any"},
                                                                         {"RemoteAddress", "Any"},
                                                                         {"Program", "Any"},
                                                                         {"Service", "Any"},
                                                                         {"InterfaceAlias", "Any"},
                                                                         {"InterfaceType", "Any"},
                                                                         {"Authentication", "NotRequired"},
                                                                         {"Encryption", "NotRequired"},
                                                                         {"LocalUser", "Any"},
                                                                         {"RemoteUser", "Any"},
                                                                         {"RemoteMachine", "Any"}};
    std::string members, entries;
    for (const auto& [name, value] : properties) {
        members += "<S N=\"" + name + "\">" + value + "</S>";
        entries += "<En><S N=\"Key\">" + name + "</S><S N=\"Value\">" + value + "</S></En>";
    }
    const auto clixml = [](const std::string& objects) {
        return "<Objs Version=\"1.1.0.1\" xmlns=\"http://schemas.microsoft.com/powershell/2004/04\">" + objects +
               "</Objs>";
    };
    const std::string object = "<Obj RefId=\"1\"><MS>" + members + "</MS></Obj>";
    const auto under = [](const std::string& head, const std::string& inside) {
        return "<Obj RefId=\"9\"" + head + "><LST>" + inside + "</LST></Obj>";
    };
    struct Case {
        std::string name, text;
    };
    const std::vector<Case> cases = {
        {"an object", clixml(object)},
        {"a hash table of rules", clixml("<Obj RefId=\"0\"><DCT><En><S N=\"Key\">Rules</S>" +
                                         under(" N=\"Value\"", object) + "</En></DCT></Obj>")},
        {"an object with rules", clixml("<Obj RefId=\"0\"><MS>" + under(" N=\"Rules\"", object) + "</MS></Obj>")},
        {"a hash table that is a rule", clixml("<Obj RefId=\"0\"><DCT>" + entries + "</DCT></Obj>")},
    };
    for (const Case& item : cases) {
        INFO(item.name);
        CHECK(load_error(item.text) == "");
        CHECK(in80(item.text) == "P");
        CHECK(ask(load_text(item.text), "domain", Position::inbound, "10.0.0.5 > 10.9.9.9 tcp/81") == "D");
    }
}

TEST_CASE("a profile that shuts out what users opened leaves it in doubt") {
    const auto profile = [](const std::string& more) {
        return ",{\"Name\":\"Domain\",\"InstanceID\":\"MSFT|FW|FirewallProfile|Domain\",\"Enabled\":1,"
               "\"DefaultInboundAction\":4,\"DefaultOutboundAction\":2" +
               more + "}";
    };
    const auto verdict = [&](const std::string& rule, const std::string& more) {
        return in80("[" + rule + profile(more) + "]");
    };
    const std::string port = joined("p", "");
    std::string program = joined("q", "");
    program.replace(program.find("\"LocalPort\":\"80\""), 16, "\"LocalPort\":\"Any\"");
    CHECK(verdict(port, "") == "P");
    CHECK(verdict(port, ",\"AllowUserPorts\":1") == "P");
    CHECK(verdict(port, ",\"AllowUserPorts\":2") == "P");
    CHECK(verdict(port, ",\"AllowUserPorts\":0") == "U");
    CHECK(verdict(port, ",\"AllowUserPorts\":\"False\"") == "U");
    CHECK(verdict(port, ",\"AllowUserApps\":0") == "P");
    CHECK(verdict(program, ",\"AllowUserPorts\":0") == "P");
}

TEST_CASE("a profile is known by its name, its number or its id") {
    const auto with = [](const std::string& profile) {
        std::string text = json_rule(kAllowed + kFilters);
        text.pop_back();
        return load_text(text + ",{" + profile + "}]");
    };
    const auto in81 = [](const Policy& policy, std::string_view profile) {
        return ask(policy, profile, Position::inbound, "10.0.0.5 > 10.9.9.9 tcp/81");
    };
    const std::string off = "\"Enabled\":0,\"DefaultInboundAction\":4";
    for (const std::string name : {"\"Name\":\"Domain\"", "\"Profile\":\"Domain\"", "\"Profile\":1",
                                   "\"InstanceID\":\"MSFT|FW|FirewallProfile|Domain\""}) {
        INFO(name);
        CHECK(in81(with(name + "," + off), "domain") == "P");
        CHECK(in81(with(name + "," + off), "public") == "D");
    }
    CHECK(in81(with("\"Name\":\"Domain\",\"Enabled\":0"), "domain") == "P");
    CHECK(in81(with("\"Profile\":4," + off), "public") == "P");
    const Policy nameless = with(off);
    CHECK(in81(nameless, "domain") == "U");
    CHECK(in81(nameless, "public") == "U");
    CHECK(says(nameless, "a profile does not say which one it is"));
}

TEST_CASE("every package is not every program") {
    CHECK(in80(json_rule(kAllowed + kFilters + ",\"Package\":\"Any\"")) == "P");
    CHECK(in80(json_rule(kAllowed + kFilters + ",\"Package\":\"*\"")) == "U");
}

TEST_CASE("ports of a protocol that has none leave the rule in doubt") {
    const auto with = [](const std::string& protocol, const std::string& port, const std::string& more = "") {
        std::string filters = kFilters;
        filters.replace(filters.find("TCP"), 3, protocol);
        filters.replace(filters.find("\"80\""), 4, port);
        return in80(json_rule(kAllowed + filters + more));
    };
    CHECK(with("Any", "\"Any\"") == "P");
    CHECK(with("Any", "\"80\"") == "U");
    CHECK(with("Any", "[\"443\",\"8000-8080\"]") == "U");
    CHECK(with("47", "\"80\"") == "D");
    CHECK(with("Any", "\"Any\"", ",\"IcmpType\":\"8\"") == "U");
    CHECK(with("ICMPv4", "\"RPC\"", ",\"IcmpType\":\"8\"") == "D");
}

TEST_CASE("the active store tells itself by what it enforces") {
    const std::string note =
        "no rule comes from group policy: without -PolicyStore ActiveStore the cmdlets show the local store alone";
    CHECK(says(load_text(json_rule(kAllowed + kFilters + ",\"EnforcementStatus\":\"NotApplicable\"")), note));
    CHECK(says(load_text(json_rule(kAllowed + kFilters + ",\"EnforcementStatus\":[0]")), note));
    CHECK(!says(load_text(json_rule(kAllowed + kFilters + ",\"EnforcementStatus\":[1]")), note));
    CHECK(!says(load_text(json_rule(kAllowed + kFilters + ",\"EnforcementStatus\":\"Enforced\"")), note));
}

TEST_CASE("two spellings of one property that say different things leave it open") {
    const auto with = [](const std::string& more) { return load_text(json_rule(kAllowed + kFilters + more)); };
    const auto in443 = [](const Policy& policy) {
        return ask(policy, "domain", Position::inbound, "10.0.0.5 > 10.9.9.9 tcp/443");
    };
    CHECK(in443(with(",\"LocalPorts\":\"80\"")) == "D");
    CHECK(in443(with(",\"LocalPorts\":[\"80\",\"443\"]")) == "U");
    CHECK(says(with(",\"LocalPorts\":\"443\""), "filters of rule 'a' say different things in localport"));
    const std::string profile = "\"Enabled\":1,\"Action\":2,\"Profile\":\"Domain\",\"Profiles\":";
    CHECK(in80(json_rule(profile + "1" + kFilters)) == "P");
    CHECK(in80(json_rule(profile + "\"Domain\"" + kFilters), "public") == "D");
    CHECK(in80(json_rule(profile + "\"Public\"" + kFilters), "public") == "U");
}

TEST_CASE("JSON that names a property twice is refused") {
    const std::string text = json_rule(kAllowed + kFilters + ",\"LocalPort\":\"443\"");
    CHECK(load_error(text, "r.json") ==
          "r.json: error: 'LocalPort' stands twice in one object\n"
          "hint: the file looks cut or was edited; export it again\n");
}
