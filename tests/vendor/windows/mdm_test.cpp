// Device management: defaults of its own.
#include "support/catch.hpp"
#include "vendor/windows/ask.hpp"

#include <algorithm>

using namespace fwproof;
using namespace fwproof::windows;

namespace {

constexpr auto kIn = Position::inbound;
constexpr auto kOut = Position::outbound;

// One child of a settings catalog rule with a chosen value.
std::string choice(const std::string& leaf, const std::string& value) {
    const std::string id = "vendor_msft_firewall_mdmstore_firewallrules_{firewallrulename}_" + leaf;
    return R"({"settingDefinitionId":")" + id + R"(","choiceSettingValue":{"value":")" + id + "_" + value +
           R"(","children":[]}})";
}
std::string typed(const std::string& leaf, const std::string& value) {
    return R"({"settingDefinitionId":"vendor_msft_firewall_mdmstore_firewallrules_{firewallrulename}_)" + leaf +
           R"(","simpleSettingValue":{"value":")" + value + R"("}})";
}
std::string typed_list(const std::string& leaf, const std::string& value) {
    return R"({"settingDefinitionId":"vendor_msft_firewall_mdmstore_firewallrules_{firewallrulename}_)" + leaf +
           R"(","simpleSettingCollectionValue":[{"value":")" + value + R"("}]})";
}
std::string catalog(const std::string& children, const std::string& more = "") {
    return R"({"settings":[{"settingInstance":{"settingDefinitionId":"vendor_msft_firewall_mdmstore_firewallrules_{firewallrulename}",)"
           R"("groupSettingCollectionValue":[{"children":[)" +
           children + "]}]}}" + more + "]}";
}

std::string sync(const std::string& items) {
    return "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncBody><Atomic>" + items + "</Atomic></SyncBody></SyncML>";
}
std::string item(const std::string& path, const std::string& data) {
    return "<Add><Item><Target><LocURI>./Vendor/MSFT/Firewall/MdmStore/" + path + "</LocURI></Target><Data>" + data +
           "</Data></Item></Add>";
}

}  // namespace

TEST_CASE("settings catalog") {
    const Policy policy = load_text(catalog(
        typed("name", "Web") + "," + choice("enabled", "1") + "," + choice("direction", "in") + "," +
            choice("action_type", "1") + "," + typed("protocol", "6") + "," +
            typed_list("localportranges", "80-81,443") + "," + typed_list("remoteaddressranges", "10.0.0.0/8"),
        R"(,{"settingInstance":{"settingDefinitionId":"vendor_msft_firewall_mdmstore_publicprofile_enablefirewall",)"
        R"("choiceSettingValue":{"value":"vendor_msft_firewall_mdmstore_publicprofile_enablefirewall_false","children":[]}}})"));
    CHECK(ask(policy, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/443") == "P");
    CHECK(ask(policy, "domain", kIn, "192.0.2.5 > 10.9.9.9 tcp/443") == "D");
    CHECK(ask(policy, "public", kIn, "192.0.2.5 > 10.9.9.9 tcp/443") == "P");
    CHECK(policy.rulesets.at(0).rules.back().name == "Web");
}

TEST_CASE("absent fields: outbound, on, allow") {
    const Policy policy =
        load_text(catalog(typed("name", "X") + "," + typed("protocol", "6") + "," + choice("action_type", "0")));
    CHECK(ask(policy, "domain", kOut, "10.9.9.9 > 10.0.0.5 tcp/443") == "D");
    CHECK(ask(policy, "domain", kOut, "10.9.9.9 > 10.0.0.5 udp/443") == "P");
    CHECK(ask(policy, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/443") == "D");
}

TEST_CASE("the older rule resource") {
    const Policy policy = load_text(
        R"({"firewallRules":[{"displayName":"Old","trafficDirection":"in","action":"allowed","profileTypes":"domain,private","protocol":17,)"
        R"("localPortRanges":["53"],"remotePortRanges":[],"useAnyRemoteAddressRange":true,"actualRemoteAddressRanges":[],"interfaceTypes":"notConfigured","edgeTraversal":"notConfigured"}]})");
    CHECK(ask(policy, "domain", kIn, "10.0.0.5 > 10.9.9.9 udp/53") == "P");
    CHECK(ask(policy, "public", kIn, "10.0.0.5 > 10.9.9.9 udp/53") == "D");
}

TEST_CASE("SyncML") {
    const Policy policy =
        load_text(sync(item("FirewallRules/ssh/Direction", "IN") + item("FirewallRules/ssh/Protocol", "6") +
                       item("FirewallRules/ssh/LocalPortRanges", "22") + item("FirewallRules/dyn/Direction", "IN") +
                       item("FirewallRules/dyn/RemoteAddressDynamicKeywords", "{1}") +
                       item("DomainProfile/DefaultInboundAction", "1") + item("PublicProfile/Shielded", "true")));
    CHECK(ask(policy, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/22") == "P");
    CHECK(ask(policy, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/23") == "U");
    CHECK(ask(policy, "public", kIn, "10.0.0.5 > 10.9.9.9 tcp/22") == "D");
}

TEST_CASE("SyncML that deletes a node deletes what is below it") {
    const auto deleted = [](const std::string& path) {
        return "<Delete><Item><Target><LocURI>./Vendor/MSFT/Firewall" + path + "</LocURI></Target></Item></Delete>";
    };
    const std::string rule = item("FirewallRules/ssh/Direction", "IN") + item("FirewallRules/ssh/Protocol", "6") +
                             item("FirewallRules/ssh/LocalPortRanges", "22") +
                             item("FirewallRules/ssh/App/FilePath", "a.exe");
    const std::string other = item("FirewallRules/ftp/Direction", "IN") + item("FirewallRules/ftp/Protocol", "6") +
                              item("FirewallRules/ftp/LocalPortRanges", "21");
    const std::string off =
        item("DomainProfile/EnableFirewall", "false") + item("PublicProfile/EnableFirewall", "true");
    const auto verdict = [](const std::string& items) {
        return ask(load_text(sync(items)), "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/22");
    };
    CHECK(verdict(rule + other + off) == "P");
    CHECK(verdict(rule + other + off + deleted("/MdmStore/DomainProfile")) == "U");
    CHECK(verdict(rule + other + off + deleted("/MdmStore/domainprofile/")) == "U");
    CHECK(verdict(rule + deleted("/MdmStore/FirewallRules/ssh/App") + other) == "P");
    CHECK(verdict(rule + deleted("/MdmStore/FirewallRules") + other) == "D");
    CHECK(verdict(rule + deleted("/MdmStore/FirewallRules/") + other) == "D");
    CHECK(verdict(off + rule + deleted("/MdmStore") + other) == "D");
    CHECK(verdict(off + rule + deleted("") + other) == "D");
    CHECK(verdict(rule + deleted("Other/MdmStore") + other) == "U");
}

TEST_CASE("in one document a rule's 0 blocks and a default action's 0 allows") {
    const Policy policy =
        load_text(sync(item("FirewallRules/r/Direction", "IN") + item("FirewallRules/r/Action/Type", "0") +
                       item("FirewallRules/r/Protocol", "6") + item("DomainProfile/DefaultInboundAction", "0")));
    CHECK(ask(policy, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/22") == "D");
    CHECK(ask(policy, "domain", kIn, "10.0.0.5 > 10.9.9.9 udp/22") == "P");
}

TEST_CASE("what a document cannot say is left open") {
    const std::string in22 = item("FirewallRules/r/Direction", "IN") + item("FirewallRules/r/Protocol", "6");
    const auto verdict = [](const std::string& items, const std::string& flow = "192.0.2.5 > 10.9.9.9 tcp/22") {
        return ask(load_text(sync(items)), "domain", kIn, flow);
    };
    CHECK(verdict(in22) == "P");
    // Dynamic addresses stand beside the listed ones.
    CHECK(verdict(in22 + item("FirewallRules/r/RemoteAddressRanges", "10.0.0.0/8") +
                  item("FirewallRules/r/RemoteAddressDynamicKeywords", "{1}")) == "U");
    CHECK(verdict(in22 + item("FirewallRules/r/RemoteAddressRanges", "10.0.0.0/8,*")) == "P");
    CHECK(verdict(in22 + item("FirewallRules/r/Enabled", "")) == "U");
    CHECK(verdict(in22 + item("DomainProfile/Shielded", "perhaps")) == "U");
    CHECK(verdict(in22 + item("DomainProfile/EnableFirewall", "perhaps"), "192.0.2.5 > 10.9.9.9 udp/22") == "U");
    // Commands count in their order.
    const auto deletion = [](const std::string& path) {
        return "<Delete><Item><Target><LocURI>./Vendor/MSFT/Firewall/MdmStore/" + path +
               "</LocURI></Target></Item></Delete>";
    };
    const std::string keep = item("DomainProfile/DefaultInboundAction", "1");
    CHECK(verdict(keep + in22 + deletion("FirewallRules/r")) == "D");
    CHECK(verdict(keep + deletion("FirewallRules/r") + in22) == "P");
    CHECK(verdict(in22 + item("DomainProfile/EnableFirewall", "false") + deletion("DomainProfile/EnableFirewall"),
                  "192.0.2.5 > 10.9.9.9 udp/22") == "D");

    const std::string rule = typed("name", "R") + "," + choice("direction", "in");
    const auto graph = [](const std::string& text) {
        return ask(load_text(text), "domain", kIn, "192.0.2.5 > 10.9.9.9 tcp/22");
    };
    CHECK(graph(catalog(rule)) == "P");
    CHECK(graph(catalog(rule + R"(,{"settingDefinitionId":"something_else","simpleSettingValue":{"value":"1"}})")) ==
          "U");
    CHECK(
        graph(catalog(
            rule +
            R"(,{"settingDefinitionId":"vendor_msft_firewall_mdmstore_firewallrules_{firewallrulename}_protocol"})")) ==
        "U");
    const std::string old = R"("trafficDirection":"in","displayName":"Old")";
    CHECK(graph("{\"firewallRules\":[{" + old + "}]}") == "P");  // no action: allowed
    CHECK(graph("{\"firewallRules\":[{" + old + R"(,"useAnyRemoteAddressRange":false}]})") == "U");
    CHECK(graph("{\"firewallProfileDomain\":{\"firewallEnabled\":\"blocked\"},\"firewallRules\":[{" + old + "}]}") ==
          "U");
}

TEST_CASE("local exceptions that device management shuts out") {
    const std::string rules = item("DomainProfile/GlobalPortsAllowUserPrefMerge", "false");
    Input input{"host",
                {std::make_shared<const Source>("mdm.xml", sync(rules)),
                 std::make_shared<const Source>("local.reg",
                                                reg({"v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=22|"}))}};
    const auto policies = load_policies(input, {});
    REQUIRE(policies);
    CHECK(ask(policies->at(0), "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/22") == "D");
    CHECK(ask(policies->at(0), "public", kIn, "10.0.0.5 > 10.9.9.9 tcp/22") == "P");
}

namespace {

std::string profile_setting(const std::string& leaf, const std::string& value) {
    const std::string id = "vendor_msft_firewall_mdmstore_domainprofile_" + leaf;
    return R"({"settingInstance":{"settingDefinitionId":")" + id + R"(","choiceSettingValue":{"value":")" + id + "_" +
           value + R"(","children":[]}}})";
}

std::string policy(const std::string& name, const std::string& settings) {
    return R"({"id":"1","name":")" + name + R"(","settings":[)" + settings + "]}";
}

}  // namespace

TEST_CASE("each policy of a tenant stands for itself") {
    const std::string on = policy("Servers", profile_setting("enablefirewall", "true"));
    const std::string off = policy("Kiosks", profile_setting("enablefirewall", "false"));
    for (const bool turned : {false, true}) {
        const std::string text = R"({"value":[)" + (turned ? off + "," + on : on + "," + off) + "]}";
        const Input input{"tenant.json", {std::make_shared<const Source>("tenant.json", text)}};
        const auto policies = load_policies(input, {});
        REQUIRE(policies);
        REQUIRE(policies->size() == 2);
        const auto& servers = policies->at(turned ? 1 : 0);
        CHECK(servers.device == "Servers");
        CHECK(ask(servers, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/80") == "D");
        CHECK(policies->at(turned ? 0 : 1).device == "Kiosks");
        CHECK(ask(policies->at(turned ? 0 : 1), "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/80") == "P");
    }
}

TEST_CASE("a setting that is given twice is one of both") {
    const std::string twice =
        policy("P", profile_setting("enablefirewall", "true") + "," + profile_setting("enablefirewall", "false"));
    CHECK(ask(load_text(twice), "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/80") == "U");
    const std::string same =
        policy("P", profile_setting("enablefirewall", "false") + "," + profile_setting("enablefirewall", "false"));
    CHECK(ask(load_text(same), "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/80") == "P");
    CHECK(ask(load_text(
                  sync(item("DomainProfile/EnableFirewall", "false") + item("DomainProfile/EnableFirewall", "true"))),
              "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/80") == "U");
}

TEST_CASE("that the host is among those a policy is assigned to is assumed aloud") {
    const std::string target = R"({"target":{"@odata.type":"#microsoft.graph.)";
    const std::string filter = R"(,"deviceAndAppManagementAssignmentFilterId":")";
    const std::string all = target + "allDevicesAssignmentTarget\"", group = target + "groupAssignmentTarget\"";
    const std::string excluded = target + "exclusionGroupAssignmentTarget\"}}";
    const std::string some = "This host is among those that policy 'Kiosks' is assigned to";
    struct Case {
        std::string assignments, assumption;
    };
    const std::vector<Case> cases = {
        {all + "}}", ""},
        {all + filter + "00000000-0000-0000-0000-000000000000\"}}", ""},
        {all + filter + "7a9c\"}}", some + ", and its assignment filter lets it apply."},
        {group + "}}", some + "."},
        {all + "}}," + excluded, some + ", and not among those that it excludes."},
        {group + filter + "7a9c\"}}," + excluded,
         some + ", and not among those that it excludes, and its assignment filter lets it apply."},
    };
    for (const Case& item : cases) {
        INFO(item.assignments);
        std::string text = policy("Kiosks", profile_setting("enablefirewall", "false"));
        text.insert(1, R"("assignments":[)" + item.assignments + "],");
        const Policy read = load_text(text);
        CHECK(ask(read, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/80") == "P");
        std::vector<std::string> told;
        for (const auto& sentence : read.assumptions) {
            if (sentence.starts_with("This host is among")) told.push_back(sentence);
        }
        CHECK(told ==
              (item.assumption.empty() ? std::vector<std::string>() : std::vector<std::string>{item.assumption}));
    }
}

TEST_CASE("a policy that is assigned to nobody counts only perhaps") {
    const std::string target = R"({"target":{"@odata.type":"#microsoft.graph.)";
    struct Case {
        std::string more, verdict;
    };
    const std::vector<Case> cases = {
        {"", "P"},
        {R"("isAssigned":true,)", "P"},
        {R"("isAssigned":false,)", "U"},
        {R"("assignments":[],)", "U"},
        {R"("isAssigned":false,"assignments":[)" + target + R"(groupAssignmentTarget"}}],)", "P"},
        {R"("assignments":[)" + target + R"(exclusionGroupAssignmentTarget"}}],)", "U"},
        {R"("assignments":[)" + target + R"(exclusionGroupAssignmentTarget"}},)" + target +
             R"(allDevicesAssignmentTarget"}}],)",
         "P"},
    };
    for (const Case& item : cases) {
        INFO(item.more);
        std::string text = policy("Kiosks", profile_setting("enablefirewall", "false"));
        text.insert(1, item.more);
        const Policy read = load_text(text);
        CHECK(ask(read, "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/80") == item.verdict);
        const bool told = std::any_of(read.notes.begin(), read.notes.end(), [](const Note& note) {
            return note.message ==
                       "policy 'Kiosks' is assigned to no group: its rules and settings count only perhaps" &&
                   note.kind == NoteKind::partial_export;
        });
        CHECK(told == (item.verdict == "U"));
    }
}

TEST_CASE("what is written without a value has no default") {
    const std::string rest = item("FirewallRules/r/Protocol", "6") + item("FirewallRules/r/LocalPortRanges", "22");
    const auto verdict = [&](const std::string& more, Position position = kIn) {
        const bool in = position == kIn;
        return ask(load_text(sync(more + rest)), "domain", position,
                   in ? "10.0.0.5 > 10.9.9.9 tcp/22" : "10.9.9.9 > 10.0.0.5 tcp/90 from 22");
    };
    const std::string direction = item("FirewallRules/r/Direction", "IN");
    CHECK(verdict(direction) == "P");
    CHECK(verdict("") == "D");  // outbound
    CHECK(verdict(item("FirewallRules/r/Direction", "")) == "U");
    CHECK(verdict(direction + item("FirewallRules/r/Action/Type", "")) == "U");
    CHECK(verdict(direction + item("FirewallRules/r/Enabled", "")) == "U");
    CHECK(ask(load_text(sync(direction + item("FirewallRules/r/LocalPortRanges", "22") +
                             item("FirewallRules/r/Protocol", ""))),
              "domain", kIn, "10.0.0.5 > 10.9.9.9 udp/22") == "U");
    const std::string null_direction =
        R"({"settingDefinitionId":"vendor_msft_firewall_mdmstore_firewallrules_{firewallrulename}_direction",)"
        R"("choiceSettingValue":null})";
    CHECK(ask(load_text(catalog(typed("name", "X") + "," + typed("protocol", "6") + "," + null_direction)), "domain",
              kIn, "10.0.0.5 > 10.9.9.9 tcp/22") == "U");
}

TEST_CASE("SyncML that only asks changes nothing") {
    const std::string rule = item("FirewallRules/ssh/Direction", "IN") + item("FirewallRules/ssh/Protocol", "6") +
                             item("FirewallRules/ssh/LocalPortRanges", "22");
    for (const std::string command : {"Get", "Results", "Exec"}) {
        const std::string asked = "<" + command +
                                  "><Item><Target><LocURI>./Vendor/MSFT/Firewall/MdmStore/FirewallRules/"
                                  "ssh/LocalPortRanges</LocURI></Target></Item></" +
                                  command + ">";
        CHECK(ask(load_text(sync(rule + asked)), "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/22") == "P");
        CHECK(ask(load_text(sync(rule + asked)), "domain", kIn, "10.0.0.5 > 10.9.9.9 tcp/23") == "D");
    }
}
