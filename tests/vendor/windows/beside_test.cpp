// What stands beside the rules of the firewall: other kinds of rules, settings that are only compared, and other parts
// of a policy object that switch the firewall off.
#include "support/catch.hpp"
#include "vendor/windows/ask.hpp"

#include <algorithm>

using namespace fwproof;
using namespace fwproof::windows;

namespace {

const std::string kAllow80 = "v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=80|";
const std::string kParameters = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\";

std::string local(const std::string& below, const std::string& line) {
    return "[" + kParameters + "FirewallPolicy\\" + below + "]\r\n" + line + "\r\n\r\n";
}

bool assumes(const Policy& policy, std::string_view text) {
    return std::find(policy.assumptions.begin(), policy.assumptions.end(), text) != policy.assumptions.end();
}

std::string in80(const Policy& policy) {
    return ask(policy, "domain", Position::inbound, "10.0.0.5 > 10.9.9.9 tcp/80");
}
std::string in81(const Policy& policy) {
    return ask(policy, "domain", Position::inbound, "10.0.0.5 > 10.9.9.9 tcp/81");
}

// "name of variant = value", each setting that is compared.
std::vector<std::string> compared(const Policy& policy) {
    std::vector<std::string> all;
    for (const auto& setting : policy.settings) {
        if (setting.name == "stores" || setting.name.starts_with("log-")) continue;
        all.push_back(setting.name + (setting.variant.empty() ? "" : " of " + setting.variant) + " = " + setting.value);
    }
    return all;
}

using Lines = std::vector<std::string>;

// A report of a policy object: what its extensions hold, the firewall's among them.
std::string report(const std::string& security, const std::string& firewall, const std::string& enabled = "true") {
    return "<?xml version=\"1.0\"?><GPO xmlns=\"http://www.microsoft.com/GroupPolicy/Settings\"><Name>FW</Name>"
           "<Computer><Enabled>" +
           enabled +
           "</Enabled><ExtensionData><Extension "
           "xmlns:q1=\"http://www.microsoft.com/GroupPolicy/Settings/Security\">" +
           security +
           "</Extension></ExtensionData><ExtensionData><Extension "
           "xmlns:q2=\"http://www.microsoft.com/GroupPolicy/Settings/WindowsFirewall\">" +
           firewall + "</Extension></ExtensionData></Computer><LinksTo><SOMName>x</SOMName></LinksTo></GPO>";
}

const std::string kOn =
    "<q2:DomainProfile><q2:EnableFirewall><q2:Value>true</q2:Value></q2:EnableFirewall>"
    "</q2:DomainProfile>";

}  // namespace

TEST_CASE("connection security that may stop plain traffic is assumed not to, and compared") {
    struct Case {
        std::string rule;
        bool in, out;
    };
    const std::vector<Case> cases = {
        {"Action=SecureServer|Active=TRUE|", true, false}, {"Action=Secure|Active=TRUE|", true, true},
        {"Action=Boundary|Active=TRUE|", false, false},    {"Action=DoNotSecure|Active=TRUE|", false, false},
        {"Action=Sideways|Active=TRUE|", true, true},      {"Action=SecureServer|Active=FALSE|", false, false}};
    for (const auto& item : cases) {
        INFO(item.rule);
        const Policy policy =
            load_text(reg({kAllow80}, local("ConSecRules", "\"{c}\"=\"v2.31|" + item.rule + "Auth1Set={a}|\"")));
        CHECK(in80(policy) == "P");
        const std::string what =
            " traffic fulfils or does not meet the connection security rules that may require "
            "IPsec of it: {c}.";
        CHECK(assumes(policy, "Inbound" + what) == item.in);
        CHECK(assumes(policy, "Outbound" + what) == item.out);
        REQUIRE(compared(policy).size() == 1);
        CHECK(compared(policy)[0].starts_with("ConSecRules = 1 values, digest "));
    }
    const auto with = [](const std::string& auth) {
        return compared(
            load_text(reg({}, local("ConSecRules", "\"{c}\"=\"v2.31|Action=Secure|Auth1Set=" + auth + "|\""))));
    };
    CHECK(with("{a}") == with("{a}"));
    CHECK(with("{a}") != with("{b}"));
    const auto hardened = [](const std::string& action) {
        return compared(load_text(reg({}, local("RestrictedServices\\Static\\System",
                                                "\"x\"=\"v2.0|Action=" + action + "|Dir=In|App=a.exe|Svc=x|\""))));
    };
    CHECK(hardened("Block") != hardened("Allow"));
    const Policy reported = load_text(report("", kOn + "<q2:ConnectionSecurityRules><q2:Action>SecureServer</q2:Action>"
                                                       "<q2:Name>Servers</q2:Name><q2:Active>true</q2:Active>"
                                                       "</q2:ConnectionSecurityRules>"));
    CHECK(
        assumes(reported,
                "Inbound traffic fulfils or does not meet the connection security rules that may require IPsec of it: "
                "Servers."));
    const Lines told = compared(reported);
    CHECK(std::any_of(told.begin(), told.end(),
                      [](const auto& one) { return one.starts_with("ConnectionSecurityRules = 1 values, digest "); }));
}

TEST_CASE("settings that let more in than first packets are compared") {
    const std::string answers = "DisableUnicastResponsesToMulticastBroadcast";
    CHECK(compared(load_text(reg({kAllow80}))).empty());
    CHECK(compared(load_text(reg({kAllow80 + "LSM=TRUE|", kAllow80 + "LSM=FALSE|",
                                  "v2.30|Action=Allow|Active=FALSE|Dir=In|LSM=TRUE|"}))) == Lines{"LSM = r1"});
    CHECK(compared(load_text(reg({}, local("PublicProfile", "\"" + answers + "\"=dword:00000001")))) ==
          Lines{answers + " of public = 1"});
    CHECK(compared(load_text(reg({}, "[" + kParameters +
                                         "FirewallPolicy]\r\n\"DisableStatefulFTP\"=dword:00000001\r\n"
                                         "\"IPSecExempt\"=dword:00000009\r\n"))) ==
          Lines{"DisableStatefulFTP = 1", "IPSecExempt = 9"});
    const std::string setting = "<q2:" + answers + "><q2:Value>true</q2:Value></q2:" + answers + ">";
    CHECK(compared(load_text(report("", "<q2:PublicProfile>" + setting + "</q2:PublicProfile>")))[0] ==
          answers + " of public = 1");
}

TEST_CASE("a policy object can switch the firewall off in its security settings") {
    const std::string key = "MACHINE\\Software\\Policies\\Microsoft\\WindowsFirewall\\DomainProfile\\EnableFirewall";
    const auto option = [&](const std::string& value) {
        return "<q1:SecurityOptions><q1:KeyName>" + key + "</q1:KeyName><q1:SettingNumber>" + value +
               "</q1:SettingNumber></q1:SecurityOptions>";
    };
    const std::string blocked =
        "<q2:DomainProfile><q2:DefaultInboundAction><q2:Value>true</q2:Value>"
        "</q2:DefaultInboundAction></q2:DomainProfile>";
    CHECK(in81(load_text(report("", blocked))) == "D");
    CHECK(in81(load_text(report(option("1"), blocked))) == "D");
    CHECK(in81(load_text(report(option("0"), blocked))) == "P");
    CHECK(in81(load_text(report(option("0"), kOn))) == "U");  // both by one object: which holds is not known
    const std::string rules =
        "<PolicyRules><ComputerConfig><Key>SOFTWARE\\Policies\\Microsoft\\WindowsFirewall\\"
        "FirewallRules</Key><Value>x</Value><RegType>REG_SZ</RegType><RegData>" +
        kAllow80 + "</RegData><PolicyName>A</PolicyName></ComputerConfig>";
    const auto line = [&](const std::string& value) {
        return "<SecurityTemplate Section=\"Registry Values\"><LineItem>" + key + "=4," + value +
               "</LineItem><PolicyName>A</PolicyName></SecurityTemplate></PolicyRules>";
    };
    CHECK(in81(load_text(rules + line("1"))) == "D");
    CHECK(in81(load_text(rules + line("0"))) == "P");
    CHECK(in81(load_text(rules + "<SecurityTemplate Section=\"Service General Setting\"><LineItem>\"MpsSvc\",4,\"\""
                                 "</LineItem><PolicyName>A</PolicyName></SecurityTemplate></PolicyRules>")) == "U");
}

TEST_CASE("what a report could not show may be anything") {
    const auto with = [](const std::string& name) {
        std::string text = report("", kOn);
        const std::string error =
            "<ExtensionData><Name>" + name + "</Name><Error><Details>Access denied.</Details></Error></ExtensionData>";
        return load_text(text.replace(text.find("<ExtensionData>"), 0, error));
    };
    const auto says = [](const Policy& policy, const std::string& text) {
        return std::any_of(policy.notes.begin(), policy.notes.end(),
                           [&](const Note& note) { return note.message == text; });
    };
    CHECK(in81(with("Folder Redirection")) == "D");
    const Policy firewall = with("Windows Firewall");
    CHECK(in81(firewall) == "U");
    CHECK(says(firewall, "the report could not show the settings of 'Windows Firewall': Access denied."));
    CHECK(says(with("Registry"), "the report could not show the settings of 'Registry': Access denied."));
}

TEST_CASE("without its service the firewall may filter nothing") {
    const auto service = [](const std::string& set, const std::string& name, const std::string& start) {
        return "[HKEY_LOCAL_MACHINE\\SYSTEM\\" + set + "\\Services\\" + name + "]\r\n\"Start\"=dword:0000000" + start +
               "\r\n";
    };
    CHECK(in81(load_text(reg({}, service("CurrentControlSet", "MpsSvc", "2")))) == "D");
    CHECK(in81(load_text(reg({}, service("CurrentControlSet", "mpssvc", "4")))) == "U");
    CHECK(in81(load_text(reg({}, service("CurrentControlSet", "BFE", "4")))) == "U");
    CHECK(in81(load_text(reg({}, service("CurrentControlSet", "Spooler", "4")))) == "D");
    // Of two control sets the one in force counts.
    const std::string other =
        "[HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet002\\Services\\SharedAccess\\Parameters\\"
        "FirewallPolicy\\FirewallRules]\r\n\"x\"=\"" +
        kAllow80 + "\"\r\n";
    CHECK(in81(load_text(reg({}, other + service("ControlSet002", "MpsSvc", "4")))) == "D");
    const auto disabled = [](const std::string& mode) {
        return "<q1:SystemServices><q1:Name>MpsSvc</q1:Name><q1:StartupMode>" + mode +
               "</q1:StartupMode></q1:SystemServices>";
    };
    CHECK(in81(load_text(report(disabled("Automatic"), kOn))) == "D");
    CHECK(in81(load_text(report(disabled("Disabled"), kOn))) == "U");
    // Which of two extensions writes last is not in a report.
    std::string both = report(disabled("Disabled"), kOn);
    both.insert(both.find("</Computer>"),
                "<ExtensionData><Extension><NTServices clsid=\"{2CFB484A-4E96-4b5d-A0B6-093D2F91E6AE}\"><NTService "
                "name=\"s\"><Properties startupType=\"AUTOMATIC\" serviceName=\"MpsSvc\" serviceAction=\"START\"/>"
                "</NTService></NTServices></Extension></ExtensionData>");
    CHECK(in81(load_text(both)) == "U");
    const Policy off = load_text(report(disabled("Disabled"), kOn, "false"));
    CHECK(in81(off) == "D");
    const std::string inf = "[Unicode]\r\nUnicode=yes\r\n[Version]\r\nsignature=\"$CHICAGO$\"\r\nRevision=1\r\n";
    const auto backup = [&](const std::string& more) {
        Input input{"backup", {}};
        const std::string machine = "b/DomainSysvol/GPO/Machine/";
        input.add(
            std::make_shared<const Source>(machine + "microsoft/windows nt/SecEdit/GptTmpl.inf", utf16(inf + more)),
            {StoreRole::sniffed, 0, true});
        input.add(std::make_shared<const Source>("b/policy.reg", gpo_reg({kAllow80})), {StoreRole::sniffed, 0, true});
        const auto policies = load_policies(input, {});
        REQUIRE(policies);
        return in81(policies->at(0));
    };
    CHECK(backup("[System Access]\r\nMinimumPasswordAge = 1\r\n") == "D");
    CHECK(backup("[Service General Setting]\r\n\"MpsSvc\",4,\"\"\r\n") == "U");
    CHECK(backup("[Service General Setting]\r\n\"MpsSvc\",2,\"\"\r\n") == "D");
    CHECK(backup("[Registry Values]\r\nMACHINE\\Software\\Policies\\Microsoft\\WindowsFirewall\\DomainProfile\\"
                 "EnableFirewall=4,0\r\n") == "P");
}
