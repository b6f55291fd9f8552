// Device management: defaults of its own.
#include "support/catch.hpp"
#include "vendor/windows/ask.hpp"

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
