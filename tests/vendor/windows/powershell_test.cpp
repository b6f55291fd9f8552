// Exports of the cmdlets and of netsh: what is missing leaves rules undecided, and numbers mean what the class says.
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
    "\"Program\":\"Any\",\"Service\":\"Any\",\"InterfaceType\":\"Any\"";

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
    const auto note = std::find_if(policy.notes.begin(), policy.notes.end(),
                                   [](const Note& n) { return n.kind == NoteKind::partial_export; });
    REQUIRE(note != policy.notes.end());
    CHECK(note->message ==
          "1 rules come without protocol, local addresses, remote addresses, program, service, interface types: they "
          "may match less "
          "than the export shows");
    CHECK(note->hint ==
          "use netsh advfirewall export FILE.wfw, or join Get-NetFirewallPortFilter, AddressFilter, ApplicationFilter, "
          "ServiceFilter and "
          "InterfaceTypeFilter in an elevated shell");
}

TEST_CASE("null and lost lists are not any") {
    std::string null = kFilters;
    null.replace(null.find("\"80\""), 4, "null");
    CHECK(in80(json_rule("\"Enabled\":1,\"Profile\":0,\"Action\":2" + null)) == "U");
    std::string lost = kFilters;
    lost.replace(lost.find("\"80\""), 4, "\"System.String[]\"");
    CHECK(in80(json_rule("\"Enabled\":1,\"Profile\":0,\"Action\":2" + lost)) == "U");
}

TEST_CASE("a rule of the persistent store says nothing about policy") {
    const Policy policy = load_text(
        json_rule("\"Enabled\":1,\"Profile\":0,\"Action\":2,\"PolicyStoreSource\":\"PersistentStore\"" + kFilters));
    CHECK(std::count(policy.assumptions.begin(), policy.assumptions.end(),
                     "No group policy adds rules or settings to the local store that was read.") == 1);
    std::string two = json_rule("\"Enabled\":1,\"Profile\":0,\"Action\":2" + kFilters);
    two.pop_back();
    two += ",{\"InstanceID\":\"g\",\"Direction\":1,\"Enabled\":1,\"Action\":4,\"PolicyStoreSourceType\":\"Dynamic\"}]";
    const Policy generated = load_text(two);
    CHECK(ask(generated, "domain", Position::inbound, "10.0.0.5 > 10.9.9.9 tcp/80") == "P");
    CHECK(says(generated, "1 rules that the system generated are left out"));
}

TEST_CASE("tables: any column order, separators and spellings") {
    const std::string table =
        "#TYPE Selected.System.Object\r\nDirection;Action;Enabled;Local "
        "Ports;Protocol;RemoteIP;LocalIP;ApplicationName;ServiceName;InterfaceTypes;RemotePort;Name\r\n"
        "Inbound;Allow;True;\"80, 443\";TCP;10.0.0.0/8;Any;Any;Any;Any;Any;web\r\n"
        "Inbound;Allow;True;{22, 23};TCP;Any;Any;Any;Any;Any;Any;shell\r\n";
    const Policy policy = load_text(table);
    CHECK(ask(policy, "domain", Position::inbound, "10.0.0.5 > 10.9.9.9 tcp/443") == "P");
    CHECK(ask(policy, "domain", Position::inbound, "192.0.2.5 > 10.9.9.9 tcp/443") == "D");
    CHECK(ask(policy, "domain", Position::inbound, "192.0.2.5 > 10.9.9.9 tcp/23") == "P");
    const Policy cut = load_text(table + "Inbound;Allow;True\r\n");
    CHECK(ask(cut, "domain", Position::inbound, "192.0.2.5 > 10.9.9.9 tcp/443") == "U");
    CHECK(says(cut, "row has 3 cells, the header 12"));
}

TEST_CASE("netsh without verbose hides programs") {
    const std::string rule =
        "\r\nRule Name:                            "
        "Web\r\n----------------------------------------------------------------------\r\n"
        "Enabled:                              Yes\r\nDirection:                            In\r\nProfiles:            "
        "                 Domain,Private,Public\r\n"
        "Grouping:                             \r\nLocalIP:                              Any\r\nRemoteIP:              "
        "               Any\r\n"
        "Protocol:                             TCP\r\nLocalPort:                            Any\r\nRemotePort:         "
        "                  Any\r\n"
        "Edge traversal:                       No\r\nAction:                               Allow\r\nOk.\r\n";
    const Policy policy = load_text(rule);
    CHECK(ask(policy, "domain", Position::inbound, "10.0.0.5 > 10.9.9.9 tcp/80") == "U");
    CHECK(says(policy, "1 rules come without program, service, interface type and security"));
}

TEST_CASE("JSON that is cut says where") {
    CHECK(load_error("[{\"InstanceID\":\"a\",\"Direction\":1,", "r.json") ==
          "r.json:1:34: error: not well-formed JSON\n"
          "    [{\"InstanceID\":\"a\",\"Direction\":1,\n"
          "                                     ^\n"
          "hint: the file looks cut or was edited; export it again\n");
}
