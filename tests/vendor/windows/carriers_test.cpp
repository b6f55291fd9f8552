// One policy in every carrier gives one normalized policy.
#include "support/catch.hpp"
#include "vendor/windows/ask.hpp"

#include <fmt/format.h>

#include <algorithm>

using namespace fwproof;
using namespace fwproof::windows;

namespace {

std::string conditions_text(const RuleMatch& match) {
    std::string text = match.conditional ? " if" : "";
    for (const auto& condition : match.conditions)
        text += fmt::format(" [{} {}]", to_string(condition.kind), condition.value);
    for (const auto& outer : match.outer) text += fmt::format(" at most {}", to_string(outer.header));
    return text;
}

// Everything that decides: one line a rule, in an order that does not depend on the carrier's.
std::string normalized(const Policy& policy) {
    std::string text;
    for (const auto& ruleset : policy.rulesets) {
        text += fmt::format("{}: else {}\n", ruleset.name, to_string(ruleset.default_verdict.value()));
        std::vector<std::string> lines;
        for (const auto& rule : ruleset.rules) {
            std::string line = fmt::format("  {}{} {}:", rule.enabled ? "" : "off ",
                                           to_string(std::get<Decide>(rule.action).verdict), rule.name);
            for (const auto& match : rule.match.any_of) line += fmt::format(" {}", to_string(match.header));
            lines.push_back(line + conditions_text(rule.match) + "\n");
        }
        std::sort(lines.begin(), lines.end());
        for (const auto& line : lines) text += line;
    }
    return text;
}

}  // namespace

TEST_CASE("one policy in every carrier") {
    const Policy expected = load_text(read_fixture("one-policy/policy.reg"));
    CHECK(normalized(expected) == read_fixture("one-policy/normalized.txt"));
    for (const auto* file :
         {"gpreport.xml", "registry.pol", "lgpo.txt", "policy.PolicyRules", "Registry.xml", "policy.wfw",
          "reg-query.txt", "../hive/lh.wfw", "../hive/ri.wfw", "joined.json", "rules.clixml"}) {
        INFO(file);
        CHECK(normalized(load_text(read_fixture(std::string("one-policy/") + file))) == normalized(expected));
    }
}

TEST_CASE("carriers without profile settings differ by these alone") {
    std::string expected = read_fixture("one-policy/normalized.txt");
    const std::string shields = "  deny shields up: any any > any\n";
    expected.erase(expected.find(shields), shields.size());
    for (const auto* file : {"joined.csv", "netsh-verbose.txt"}) {
        INFO(file);
        const Policy policy = load_text(read_fixture(std::string("one-policy/") + file));
        CHECK(normalized(policy) == expected);
        CHECK(policy.assumptions.size() >= 4);
    }
}

TEST_CASE("a report that was saved again as UTF-8 is read by its bytes, under any prefix") {
    const Source source("report", read_fixture("one-policy/gpreport.xml"));
    std::string text(source.text());
    CHECK(text.find("encoding=\"utf-16\"") != std::string::npos);
    CHECK(normalized(load_text(text)) == read_fixture("one-policy/normalized.txt"));
    for (std::size_t at = 0; (at = text.find("q1:", at)) != std::string::npos;) text.replace(at, 3, "zz:");
    for (std::size_t at = 0; (at = text.find("xmlns:q1", at)) != std::string::npos;) text.replace(at, 8, "xmlns:zz");
    CHECK(normalized(load_text(text)) == read_fixture("one-policy/normalized.txt"));
}

TEST_CASE("the deciding statement is shown with id, name and place") {
    const Policy policy = load_text(read_fixture("one-policy/policy.reg"), {}, "policy.reg");
    const Ruleset& ruleset = policy.rulesets.at(0);
    CHECK(ruleset.name == "inbound, domain profile");
    const auto rule =
        std::find_if(ruleset.rules.begin(), ruleset.rules.end(), [](const Rule& r) { return r.name == "Agent-In"; });
    REQUIRE(rule != ruleset.rules.end());
    CHECK(rule->comment == "Management traffic");
    CHECK(rule->store == "group policy store");
    CHECK(display_title(*rule) == "Management traffic, group policy store");
    CHECK(rule->span.line() == 29);
    CHECK(rule->span.line_text().starts_with("\"Agent-In\"=\"v2.31|"));
    CHECK(ruleset.default_span.text() == "\"DefaultInboundAction\"=dword:00000001");
    CHECK(policy.version == "2.31");
}

TEST_CASE("what cannot be read says so in one line") {
    const std::string report = read_fixture("one-policy/gpreport.xml");
    CHECK(load_error(report.substr(0, report.size() - 1), "r.xml")
              .find("error: UTF-16 text is cut in the middle of a character (odd number of bytes)\n") !=
          std::string::npos);
    const std::string cut = load_error(report.substr(0, report.size() / 4 * 2), "r.xml");
    CHECK(cut.find("error: not well-formed XML") != std::string::npos);
    CHECK(cut.find("hint: the file looks cut; export the report again\n") != std::string::npos);
    CHECK(load_error("<?xml version=\"1.0\"?>\n<!DOCTYPE GPO [<!ENTITY a \"aa\">]>\n<GPO "
                     "xmlns=\"http://www.microsoft.com/GroupPolicy/Settings\">&a;</GPO>",
                     "r.xml") ==
          "r.xml:2:1: error: XML with a document type declaration or entities is not read\n"
          "    <!DOCTYPE GPO [<!ENTITY a \"aa\">]>\n"
          "    ^\n"
          "hint: Windows writes reports without one; remove it\n");
    CHECK(load_error(utf16("<html dir=\"ltr\" xmlns:v=\"urn:schemas-microsoft-com:vml\" "
                           "gpmc_reportInitialized=\"false\"><body>x</body></html>"),
                     "r.html") ==
          "r.html: error: the HTML report of a policy object leaves conditions out and shows some that are not there\n"
          "hint: use Get-GPOReport -ReportType Xml, or registry.pol of the backup\n");
    CHECK(load_error(
              "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Other]\r\n\"a\"=\"b\"\r\n",
              "r.reg") ==
          "r.reg: error: the registry export holds no firewall policy in force\n"
          "hint: export HKLM\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall and "
          "HKLM\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy\n");
    CHECK(load_error("<GPO xmlns=\"http://www.microsoft.com/GroupPolicy/Settings\"><Computer/></GPO>", "r.xml") ==
          "r.xml: error: the report holds no firewall policy in force\n"
          "hint: report a policy object with Windows Firewall with Advanced Security rules\n");
    CHECK(load_error("\r\nDomain Profile Settings: \r\n" + std::string(70, '-') +
                         "\r\nState                                 ON\r\nFirewall Policy                       "
                         "BlockInbound,AllowOutbound\r\n",
                     "p.txt") ==
          "p.txt: error: the listing shows the settings of the profiles and no rule\n"
          "hint: append what netsh advfirewall firewall show rule name=all verbose prints, or use netsh advfirewall "
          "export FILE.wfw\n");
    CHECK(load_error("\"Name\",\"Enabled\",\"DefaultInboundAction\"\r\n\"Domain\",\"True\",\"Block\"\r\n", "p.csv") ==
          "p.csv: error: the table shows the settings of the profiles and no rule\n"
          "hint: export Get-NetFirewallRule joined with its filters, and both as JSON in one array, or use netsh "
          "advfirewall export FILE.wfw\n");
    CHECK(load_error("HKEY_LOCAL_MACHINE\\SOFTWARE\\X\r\n    a    REG_SZ    b\r\n", "q.txt") ==
          "q.txt: error: the listing of reg query holds no firewall policy in force\n"
          "hint: query HKLM\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall /s or "
          "HKLM\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy /s\n");
}

TEST_CASE("a listing of reg query is believed where a line says one thing") {
    const std::string key =
        "\r\nHKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy";
    const std::string allow = "v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=80|Name=x|";
    const auto verdict = [&](const std::string& rules, const std::string& profile = {}) {
        return ask(load_text(key + "\\FirewallRules\r\n" + rules + profile), "domain", Position::inbound,
                   "10.0.0.5 > 10.9.9.9 tcp/80");
    };
    CHECK(verdict("    a b    REG_SZ    " + allow + "\r\n") == "P");
    CHECK(verdict("    a b\tREG_SZ\t" + allow + "\r\n") == "P");  // of Windows XP
    CHECK(verdict("    a\tREG_SZ\tx\tREG_SZ\t" + allow + "\r\n") == "U");
    CHECK(verdict("    a    REG_BINARY    00\r\n") == "U");
    CHECK(verdict("    a    REG_SZ    " + allow + "\r\nDesc=two lines|\r\n") == "U");
    CHECK(verdict("    a    REG_SZ    x    REG_SZ    " + allow + "\r\n") == "U");
    CHECK(verdict("    a    REG_SZ    " + allow + "\r\n",
                  key + "\\DomainProfile\r\n    DoNotAllowExceptions    REG_DWORD    0x1\r\n\r\nEnd of search: 2 "
                        "match(es) found.\r\n") == "D");
    const auto shields = [&](const std::string& line) {
        return verdict("    a    REG_SZ    " + allow + "\r\n", key + "\\DomainProfile\r\n" + line + "\r\n");
    };
    CHECK(shields("    DoNotAllowExceptions\tREG_DWORD\t0x1") == "D");
    CHECK(shields("    DoNotAllowExceptions\tREG_DWORD\t0x0") == "P");
    CHECK(shields("\tDoNotAllowExceptions\tREG_DWORD\t0x1") == "D");
    CHECK(shields("\tREG_DWORD\t0x1") == "U");  // of which setting?
    CHECK(shields("    DoNotAllowExceptions    0x1") == "U");
    CHECK(shields("DoNotAllowExceptions    REG_DWORD    0x1") == "U");
}
