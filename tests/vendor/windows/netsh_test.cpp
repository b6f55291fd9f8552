// Listings of netsh: every line counts, and what is not listed leaves the rule undecided.
#include "support/catch.hpp"
#include "vendor/windows/ask.hpp"

#include <fmt/format.h>

#include <algorithm>

using namespace fwproof;
using namespace fwproof::windows;

namespace {

constexpr auto kIn = Position::inbound;

std::string line(std::string_view label, std::string_view value) { return fmt::format("{:<38}{}\r\n", label, value); }

const std::string kHead = "\r\n" + line("Rule Name:", "Web") + std::string(70, '-') + "\r\n" + line("Enabled:", "Yes") +
                          line("Direction:", "In");
const std::string kProfiles = line("Profiles:", "Domain,Private,Public");
const std::string kEnds = line("LocalIP:", "Any") + line("RemoteIP:", "Any");
const std::string kTcp80 = line("Protocol:", "TCP") + line("LocalPort:", "80") + line("RemotePort:", "Any");
const std::string kVerbose = line("InterfaceTypes:", "Any") + line("Security:", "NotRequired");
const std::string kTail = line("Rule source:", "Local Setting") + line("Action:", "Allow") + "Ok.\r\n";

// The rule that is permitted as it stands.
std::string whole() { return kHead + kProfiles + kEnds + kTcp80 + kVerbose + kTail; }

std::string in80(const std::string& text, std::string_view profile = "domain") {
    return ask(load_text(text), profile, kIn, "10.0.0.5 > 10.9.9.9 tcp/80");
}

bool says(const Policy& policy, std::string_view text) {
    return std::any_of(policy.notes.begin(), policy.notes.end(),
                       [&](const Note& note) { return note.message == text; });
}

}  // namespace

TEST_CASE("a listing with every line decides") {
    CHECK(in80(whole()) == "P");
    CHECK(ask(load_text(whole()), "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/81") == "D");
    const std::string described = kHead + line("Description:", "Lets people in") + "and has a second line\r\n" +
                                  kProfiles + kEnds + kTcp80 + kVerbose + kTail;
    CHECK(in80(described) == "P");
}

TEST_CASE("a line that is missing leaves the rule undecided") {
    const std::string text = whole();
    for (const auto* label : {"Enabled:", "Direction:", "Profiles:", "LocalIP:", "RemoteIP:", "Protocol:", "LocalPort:",
                              "RemotePort:", "InterfaceTypes:", "Security:", "Action:"}) {
        INFO(label);
        const auto at = text.find("\n" + std::string(label)) + 1;
        CHECK(in80(text.substr(0, at) + text.substr(text.find('\n', at) + 1)) == "U");
    }
}

TEST_CASE("a rule whose head is lost may be any rule") {
    std::string block = whole();
    block.replace(block.find("Allow"), 5, "Block");
    CHECK(in80(block + whole()) == "D");
    for (auto at = block.find("\r\n-----") + 2; at + 6 < block.size(); at = block.find('\n', at) + 1) {
        if (block.substr(at).starts_with("Ok.")) break;
        INFO(block.substr(at));
        // Without its name alone it is the rule that it was.
        const bool less = at > block.find("Enabled:");
        CHECK(in80(block.substr(at) + whole()) == (less ? "U" : "D"));
    }
    const std::string settings = "Domain Profile Settings: \r\n" + std::string(70, '-') +
                                 "\r\nState                                 ON\r\n"
                                 "Firewall Policy                       BlockInbound,AllowOutbound\r\n";
    CHECK(in80(settings + "Ok.\r\n" + whole()) == "P");
    CHECK(in80(settings + block.substr(block.find("Profiles:")) + whole()) == "U");
    CHECK(in80("C:\\>netsh advfirewall firewall show rule name=all verbose\r\n" + whole()) == "P");
}

TEST_CASE("what a console prints behind the end of a listing is no part of it") {
    const std::string passed = "1 line behind the Ok. of netsh is passed over";
    for (const std::string console : {"C:\\Windows\\system32>\r\n", "PS C:\\Users\\adm>\r\n", "  **********\r\n"}) {
        INFO(console);
        CHECK(in80(whole() + console) == "P");
        CHECK(says(load_text(whole() + console), passed));
        const std::string state = "Domain Profile Settings: \r\n" + std::string(70, '-') +
                                  "\r\nState                                 ON\r\n"
                                  "Firewall Policy                       BlockInbound,AllowOutbound\r\nOk.\r\n";
        CHECK(ask(load_text(whole() + state + console), "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/81") == "D");
        CHECK(in80(state + console + whole()) == "P");
    }
    // What belongs to a rule does so behind an Ok. in its description, too.
    const std::string described = kHead + line("Description:", "Ask me.") + "Ok.\r\n" + kProfiles + kEnds +
                                  line("Protocol:", "ICMPv4") +
                                  "                                      Type    Code\r\n" +
                                  "                                      8       Any\r\n" + kVerbose + kTail;
    CHECK(ask(load_text(described), "domain", kIn, "10.0.0.5 > 10.9.9.9 icmp/8") == "P");
    CHECK(ask(load_text(described), "domain", kIn, "10.0.0.5 > 10.9.9.9 icmp/3") == "D");
}

TEST_CASE("a line that is not known could be a condition") {
    for (const std::string& more : {line("Phase of moon:", "Full"), line("Action:", "Block"),
                                    std::string("    10.0.0.0/8\r\n"), std::string("and more\r\n")}) {
        INFO(more);
        CHECK(in80(kHead + kProfiles + kEnds + kTcp80 + kVerbose + more + kTail) == "U");
    }
}

TEST_CASE("a bypass rule is listed without its machines") {
    std::string text = whole();
    text.replace(text.find("NotRequired"), 11, "Authenticate");
    text.replace(text.rfind("Allow"), 5, "Bypass");
    CHECK(in80(text) == "U");
}

TEST_CASE("ICMP without its table of types") {
    const std::string start = kHead + kProfiles + kEnds + line("Protocol:", "ICMPv4");
    const std::string table = "                                      Type    Code\r\n";
    const auto echo = [](const std::string& text) {
        return ask(load_text(text), "domain", kIn, "10.0.0.5 > 10.9.9.9 icmp/8");
    };
    const std::string row = "                                      8       Any \r\n";
    CHECK(echo(start + table + row + kVerbose + kTail) == "P");
    CHECK(echo(start + kVerbose + kTail) == "U");
}

TEST_CASE("netsh without verbose hides programs") {
    const Policy policy = load_text(kHead + kProfiles + kEnds + kTcp80 + line("Action:", "Allow") + "Ok.\r\n");
    CHECK(ask(policy, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/80") == "U");
    CHECK(says(policy, "1 rules come without program, service, interface type and security"));
}

TEST_CASE("the profiles may be listed as well") {
    const auto profile = [](const std::string& name, const std::string& state, const std::string& policy) {
        return "\r\n" + name + " Profile Settings: \r\n" + std::string(70, '-') + "\r\n" + line("State", state) +
               line("Firewall Policy", policy) + line("LocalFirewallRules", "N/A (GPO-store only)") +
               line("InboundUserNotification", "Enable") + "\r\n";
    };
    const std::string profiles = profile("Domain", "ON", "BlockInbound,AllowOutbound") +
                                 profile("Private", "OFF", "BlockInbound,AllowOutbound") +
                                 profile("Public", "ON", "BlockInboundAlways,AllowOutbound") + "Ok.\r\n";
    for (const std::string& text : {profiles + whole(), whole() + profiles}) {
        const Policy policy = load_text(text);
        CHECK(ask(policy, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/80") == "P");
        CHECK(ask(policy, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/81") == "D");
        CHECK(ask(policy, "private", kIn, "10.0.0.5 > 10.9.9.9 tcp/81") == "P");
        CHECK(ask(policy, "public", kIn, "10.0.0.5 > 10.9.9.9 tcp/80") == "D");
        CHECK(policy.assumptions.at(0) ==
              "The state and default actions that the listing shows are those in force, whoever set them.");
    }
    const Policy odd = load_text(profile("Domain", "PERHAPS", "AllowInbound,BlockOutbound") + whole());
    CHECK(ask(odd, "domain", Position::outbound, "10.9.9.9 > 10.0.0.5 tcp/81") == "U");
    CHECK(ask(odd, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/81") == "P");
    std::string shut = profile("Domain", "ON", "BlockInbound,AllowOutbound") + whole();
    shut.replace(shut.find("N/A (GPO-store only)"), 20, "Disable");
    CHECK(in80(shut) == "U");  // local rules may not count
}

TEST_CASE("listings that decide nothing are refused with what to use instead") {
    const std::string german = "\r\nRegelname:                            Web\r\n" + std::string(70, '-') +
                               "\r\nAktiviert:                            Ja\r\nRichtung:                             "
                               "Eingehend\r\n";
    CHECK(load_error(german, "r.txt") ==
          "r.txt: error: the listing of netsh is not in English: its words are not known\n"
          "hint: run chcp 437 and netsh again on an English Windows, or netsh advfirewall export FILE.wfw\n");
    CHECK(load_error(
              "Name\tGroup\tProfile\tEnabled\tAction\tOverride\tProgram\t\r\nPing\t\tAll\tYes\tAllow\tNo\tAny\t\r\n",
              "list.txt") ==
          "list.txt: error: the list that the console exports shows neither directions nor ICMP types\n"
          "hint: use netsh advfirewall export FILE.wfw\n");
    CHECK(load_error(utf16("\r\nName                  : r1\r\nDisplayName           : R\r\nEnabled               : "
                           "True\r\nEdgeTraversalPolicy   : Block\r\n"),
                     "rules.txt") ==
          "rules.txt: error: the list that Get-NetFirewallRule prints shows neither ports, addresses, programs nor "
          "services\nhint: use netsh advfirewall export FILE.wfw\n");
    CHECK(load_error("<?xml version=\"1.0\"?><Objects><Object "
                     "Type=\"Microsoft.Management.Infrastructure.CimInstance#root/standardcimv2/MSFT_NetFirewallRule\">"
                     "</Object></Objects>",
                     "rules.xml") ==
          "rules.xml: error: the XML of ConvertTo-Xml is not read\n"
          "hint: join the filters and use Export-Csv or ConvertTo-Json, or netsh advfirewall export FILE.wfw\n");
}

TEST_CASE("a list that goes on in a line of its own may have any member") {
    const auto replaced = [](const std::string& label, const std::string& value) {
        std::string text = whole();
        const auto at = text.find("\n" + label) + 1;
        return text.substr(0, at) + line(label, value) + text.substr(text.find('\n', at) + 1);
    };
    struct Case {
        std::string label, value, flow;
    };
    const std::string in = "10.2.1.1 > 10.9.9.9 tcp/";
    const std::vector<Case> cases = {
        {"RemoteIP:", "10.1.1.0/24,\r\n10.2.0.0/16", in + "80"},
        {"RemoteIP:", "10.1.1.0/24,\r\n                                      10.2.0.0/16", in + "80"},
        {"RemoteIP:", "10.1.1.0/24,10.2.0\r\n.0/16", in + "80"},
        {"RemoteIP:", "10.1.1.0/24,fe80::/10,\r\nfd00::/8,\r\n10.2.0.0/16", in + "80"},
        {"LocalIP:", "10.1.1.0/24,\r\n10.9.0.0/16", in + "80"},
        {"LocalPort:", "22,\r\n80", in + "80"},
        {"LocalPort:", "80,4\r\n43", in + "443"},
        {"RemotePort:", "22,\r\n50000-60000", in + "80"},
        {"Profiles:", "Private,\r\nDomain", in + "80"},
    };
    for (const Case& item : cases) {
        INFO(item.label << " " << item.value);
        const std::string text = replaced(item.label, item.value);
        CHECK(ask(load_text(text), "domain", kIn, item.flow) == "U");
        std::string block = text;
        block.replace(block.rfind("Allow"), 5, "Block");
        std::string other = whole();
        other.replace(other.find(line("LocalPort:", "80")), line("LocalPort:", "80").size(), line("LocalPort:", "Any"));
        CHECK(ask(load_text(block + other), "domain", kIn, item.flow) == "U");
        CHECK(ask(load_text(text), "domain", kIn, "10.2.1.1 > 10.9.9.9 udp/80") == "D");
    }
    // A wrap elsewhere does not touch the lists.
    std::string program = replaced("Security:", "NotRequired\r\nsomething");
    CHECK(ask(load_text(program), "domain", kIn, in + "80") == "U");
    CHECK(ask(load_text(program), "domain", kIn, in + "81") == "D");
}

TEST_CASE("a label that stands twice with another value leaves open what it says") {
    const std::string other = line("RemoteIP:", "10.1.1.99");
    const std::string described = kHead + line("Description:", "Lets people in, see") + other + kProfiles;
    CHECK(in80(described + kEnds + kTcp80 + kVerbose + kTail) == "U");
    // The head of the second rule is lost.
    std::string second = whole();
    second = second.substr(second.find("Enabled:"));
    const auto with = [&](const std::string& was, const std::string& is) {
        std::string text = second;
        text.replace(text.find(was), was.size(), is);
        return whole() + text;
    };
    CHECK(in80(whole() + whole()) == "P");
    const Policy ports = load_text(with("80", "81"));
    CHECK(ask(ports, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/81") == "U");
    const Policy protocol = load_text(with("TCP", "UDP"));
    CHECK(ask(protocol, "domain", kIn, "10.0.0.5 > 10.9.9.9 udp/80") == "U");
    const Policy ends = load_text(with(line("LocalIP:", "Any"), line("LocalIP:", "10.9.9.8")));
    CHECK(ask(ends, "domain", kIn, "10.0.0.5 > 10.9.9.7 tcp/80") == "U");
}

TEST_CASE("one row of any ICMP type makes the table any") {
    const std::string start = kHead + kProfiles + kEnds + line("Protocol:", "ICMPv4") +
                              "                                      Type    Code\r\n"
                              "                                      8       Any\r\n";
    const std::string any = "                                      Any     Any\r\n";
    CHECK(ask(load_text(start + kVerbose + kTail), "domain", kIn, "10.0.0.5 > 10.9.9.9 icmp/13") == "D");
    CHECK(ask(load_text(start + any + kVerbose + kTail), "domain", kIn, "10.0.0.5 > 10.9.9.9 icmp/13") == "P");
}

TEST_CASE("what a profile's block does not say clearly is open") {
    const std::string head = "\r\nDomain Profile Settings: \r\n" + std::string(70, '-') + "\r\n";
    const std::string state = line("State", "ON"), block = line("Firewall Policy", "BlockInbound,AllowOutbound");
    const std::string idle = line("LocalConSecRules", "N/A (GPO-store only)") + line("RemoteManagement", "Disable") +
                             "\r\nLogging:\r\n" + line("LogAllowedConnections", "Disable") +
                             line("FileName", "%systemroot%\\system32\\LogFiles\\Firewall\\pfirewall.log") +
                             line("MaxFileSize", "4096");
    const std::string global = "\r\nGlobal Settings: \r\n" + std::string(70, '-') + "\r\nIPsec:\r\n" +
                               line("StrongCRLCheck", "0:Disabled") + line("State", "OFF");
    const auto in81 = [](const std::string& text) {
        return ask(load_text(text), "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/81");
    };
    CHECK(in81(head + state + block + idle + global + "Ok.\r\n" + whole()) == "D");
    CHECK(in81(head + state + block + line("State", "OFF") + idle + whole()) == "U");
    CHECK(in81(head + state + block + head + line("State", "OFF") + block + whole()) == "U");
    CHECK(in81(head + "   " + line("State", "OFF") + block + whole()) == "P");
    CHECK(in81(head + state + block + "Phase of moon     full\r\n" + whole()) == "U");
    CHECK(in81(head + state + idle + whole()) == "U");
    CHECK(in81(head + block + idle + whole()) == "U");
    CHECK(in81(whole() + head + state) == "U");
    const Policy twice = load_text(head + state + line("State", "OFF") + block + whole());
    CHECK(says(twice, "EnableFirewall of the domain profile is listed with two values"));
    CHECK(says(load_text(head + block + whole()), "the domain profile is listed without its state or its policy"));
}

TEST_CASE("a listing that is cut, or of one direction, says so") {
    const Policy all = load_text(whole());
    const std::string none = "There is no outbound rule: the listing shows none.";
    CHECK(std::count(all.assumptions.begin(), all.assumptions.end(), none) == 1);
    const std::string cut = "the listing does not end with the Ok. of netsh: rules may be missing";
    CHECK(!says(all, cut));
    std::string text = whole();
    CHECK(says(load_text(text.substr(0, text.size() - 5)), cut));
    std::string out = whole();
    out.replace(out.find("In\r\n"), 2, "Out");
    const Policy both = load_text(whole() + out);
    CHECK(std::count(both.assumptions.begin(), both.assumptions.end(), none) == 0);
}

TEST_CASE("rules of connection security in a listing are no firewall rules") {
    const auto security = [](const std::string& action) {
        return "\r\n" + line("Rule Name:", "Servers") + std::string(70, '-') + "\r\n" + line("Enabled:", "Yes") +
               line("Profiles:", "Domain,Private,Public") + line("Type:", "Static") + line("Mode:", "Transport") +
               line("Endpoint1:", "Any") + line("Endpoint2:", "Any") + line("Protocol:", "Any") +
               line("Action:", action) + line("Auth1:", "ComputerKerb") + "Ok.\r\n";
    };
    const Policy policy = load_text(whole() + security("RequireInRequestOut"));
    CHECK(ask(policy, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/80") == "P");
    CHECK(ask(policy, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/81") == "D");
    const std::string may =
        "Inbound traffic fulfils or does not meet the connection security rules that may require "
        "IPsec of it: Servers.";
    CHECK(std::count(policy.assumptions.begin(), policy.assumptions.end(), may) == 1);
    const Policy asks = load_text(whole() + security("RequestInRequestOut"));
    CHECK(std::count(asks.assumptions.begin(), asks.assumptions.end(), may) == 0);
    CHECK(load_error(security("RequireInRequestOut"), "c.txt") ==
          "c.txt: error: the listing holds no firewall policy in force\n"
          "hint: run netsh advfirewall firewall show rule name=all verbose\n");
}

TEST_CASE("other listings for people name the command that helps") {
    CHECK(
        load_error("Name,Group,Profile,Enabled,Action,Override,Program,\r\nPing,,All,Yes,Allow,No,Any,\r\n", "l.csv") ==
        "l.csv: error: the list that the console exports shows neither directions nor ICMP types\n"
        "hint: use netsh advfirewall export FILE.wfw\n");
    CHECK(load_error(
              "\r\nName   DisplayName  Enabled Direction Action\r\n----   -----------  ------- --------- ------\r\n"
              "r1     Web          True    Inbound   Allow\r\n",
              "t.txt") ==
          "t.txt: error: the table that Get-NetFirewallRule prints shows neither ports, addresses, programs nor "
          "services\nhint: use netsh advfirewall export FILE.wfw\n");
    CHECK(load_error("\r\nDom\xc3\xa4nenprofil-Einstellungen: \r\n" + std::string(70, '-') + "\r\n" +
                         line("Status", "EIN") + line("Firewallrichtlinie", "BlockInbound,AllowOutbound"),
                     "p.txt") ==
          "p.txt: error: the listing of netsh is not in English: its words are not known\n"
          "hint: run chcp 437 and netsh again on an English Windows, or netsh advfirewall export FILE.wfw\n");
}

TEST_CASE("protocol 0 has a name of its own in listings") {
    std::string text = kHead + kProfiles + kEnds + line("Protocol:", "HOPOPT") + kVerbose + kTail;
    CHECK(ask(load_text(text), "domain", kIn, "10.0.0.5 > 10.9.9.9 proto/0") == "P");
    CHECK(in80(text) == "D");
}
