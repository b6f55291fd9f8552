#include <fmt/format.h>

#include "catalog/builders.hpp"

using namespace fwproof;
using namespace fwproof::testing;

namespace {

const std::string kTop = "format = \"flow-site/1\"\n[site]\ncatalogs = [\"scom\"]\n";

const std::string kZones =
    "[[zone]]\nid = \"mgmt\"\nprefixes = [\"10.1.0.0/24\"]\n[[zone]]\nid = \"db\"\nprefixes = [\"10.2.0.0/24\"]\n";
const std::string kPath = "[[path]]\nfrom-zone = \"mgmt\"\nto-zone = \"db\"\nvia = [\"f\"]\n";

std::string problem(const std::string& rest) { return messages(load_site(source("site.toml", kTop + rest))); }

}  // namespace

TEST_CASE("a site file says everything there is to say") {
    const Site site = site_of(R"(format = "flow-site/1"
[site]
name = "Plant 1"
catalogs = ["scom", "own/agent.toml"]
phase = "runtime"
reading = "inferred"
date = 2026-05-01
[[zone]]
id = "mgmt"
prefixes = ["10.1.0.0/24"]
[[zone]]
id = "db"
prefixes = ["10.2.0.0/24"]
[[host]]
id = "ms1"
addresses = ["10.1.0.11", "2001:db8::11"]
zone = "mgmt"
os-generation = "modern"
phase = "install"
attrs = {join = "domain"}
[[bind]]
catalog = "scom"
role = "management-server"
hosts = ["ms1", "10.1.0.12"]
parameters = {agent-port = 5800}
programs = ["%ProgramFiles%\\Agent\\agent.exe"]
[[bind]]
role = "operations-database"
prefixes = ["10.2.0.0/28"]
[features.scom]
web-console = true
[parameters.scom]
sql-port = 14330
[[firewall]]
id = "core"
export = ["core.cfg", "core-acl.cfg"]
zones = ["mgmt", "db"]
interfaces = {mgmt = "inside", db = ["db0", "db1"]}
helpers = ["tftp"]
stateful = false
ipset = "core.ipset"
[[firewall]]
export = "ms1.xml"
host = "ms1"
network-profile = "domain"
local-subnets = ["10.1.0.0/24"]
address-keywords = {DNS = ["10.1.0.53", "2001:db8::53"], DefaultGateway = "10.1.0.1"}
port-keywords = {RPC = "50000-50255"}
default-inbound = "deny"
captured = 2026-04-30
[[path]]
from-zone = "mgmt"
to-zone = "db"
via = ["core"]
[[waiver]]
code = "MISSING"
flow = "ms-opsdb"
reason = "fixed port"
expires = 2026-12-31
)");
    CHECK(site.name == "Plant 1");
    CHECK(site.reading == SiteReading::inferred);
    CHECK(site.catalogs == Lines{"scom", "own/agent.toml"});
    CHECK(site.catalog_spans[1].text() == "\"own/agent.toml\"");
    Lines hosts;
    for (const Host& host : site.hosts) {
        hosts.push_back(fmt::format("{} [{}] {}{}", host.id, to_string(*host.addresses), host.zone,
                                    host.network ? " network" : ""));
    }
    CHECK(hosts == Lines{"ms1 [10.1.0.11, 2001:db8::11] mgmt", "10.1.0.12 [10.1.0.12] mgmt",
                         "10.2.0.0/28 [10.2.0.0/28] db network"});
    CHECK(to_string(site.firewalls[1].address_keywords.at("DNS")) == "10.1.0.53, 2001:db8::53");
    CHECK(to_string(site.firewalls[1].address_keywords.at("DefaultGateway")) == "10.1.0.1");
    CHECK(to_string(site.firewalls[1].port_keywords.at("RPC")) == "50000-50255");
    CHECK(site.hosts[0].phase == Phase::install);
    CHECK(site.hosts[0].attributes.at("join") == "domain");
    CHECK(site.bindings[0].hosts == Lines{"ms1", "10.1.0.12"});
    CHECK(site.bindings[0].parameters.at("agent-port") == "5800");
    CHECK(site.parameters.at("scom").at("sql-port") == "14330");
    CHECK(site.features.at("scom").at("web-console"));
    REQUIRE(site.firewalls.size() == 2);
    CHECK(site.firewalls[0].exports == Lines{"core.cfg", "core-acl.cfg"});
    CHECK(site.firewalls[0].zones == std::vector<std::pair<std::string, std::string>>{{"mgmt", "db"}});
    CHECK(site.firewalls[0].interfaces.at("db") == Lines{"db0", "db1"});
    CHECK(site.firewalls[0].stateful == false);
    CHECK(site.firewalls[1].id == "ms1.xml");
    CHECK(site.firewalls[1].kind == FirewallKind::host);
    CHECK(site.firewalls[1].default_inbound == Verdict::deny);
    CHECK(to_string(*site.firewalls[1].local_subnets) == "10.1.0.0/24");
    CHECK(site.paths[0].via == Lines{"core"});
    REQUIRE(site.waivers.size() == 1);
    CHECK(site.waivers[0].check == "missing-opening");
    CHECK(site.waivers[0].problem.empty());
    CHECK(site.waivers[0].until == Date(std::chrono::year(2026), std::chrono::month(12), std::chrono::day(31)));
}

TEST_CASE("a site file's errors name place, key and cure") {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"[[fierwall]]\n",
         "site.toml:4:3: error: unknown key 'fierwall' in the site file\n    [[fierwall]]\n      ^~~~~~~~\nhint: did "
         "you "
         "mean 'firewall'?\n"},
        {"[[bind]]\nrole = \"x\"\n",
         "site.toml:4:1: error: role 'x' is bound to nothing\n    [[bind]]\n    ^~~~~~~~\nhint: add hosts = [...] or "
         "addresses = [...]\n"},
        {"[[bind]]\nrole = \"x\"\nhosts = [\"ms2\"]\n[[host]]\nid = \"ms1\"\naddresses = [\"10.0.0.1\"]\n",
         "site.toml:6:9: error: unknown host 'ms2'\n    hosts = [\"ms2\"]\n            ^~~~~~~\nhint: did you mean "
         "'ms1'?\n"},
        {"[[bind]]\nrole = \"x\"\naddresses = [\"10.0.0\"]\n",
         "site.toml:6:13: error: '10.0.0' in 'addresses' of [[bind]] is no address\n    addresses = [\"10.0.0\"]\n "
         "      "
         "         ^~~~~~~~~~\nhint: addresses are 10.1.0.11, 10.1.0.0/24, 10.1.0.5-10.1.0.9 or their IPv6 forms\n"},
        {"[[firewall]]\nexport = \"a\"\nzones = [[\"dmz\", \"lan\"]]\n[[zone]]\nid = \"lan\"\nprefixes = "
         "[\"10.0.0.0/8\"]\n",
         "site.toml:4:1: error: unknown zone 'dmz'\n    [[firewall]]\n    ^~~~~~~~~~~~\nhint: known: lan\n"},
        {"[[firewall]]\nexport = \"a\"\nkind = \"host\"\n",
         "site.toml:4:1: error: firewall 'a' does not say whose host firewall it is\n    [[firewall]]\n    "
         "^~~~~~~~~~~~\nhint: add host = \"...\"\n"},
        {"[[firewall]]\nexport = \"a\"\nlocal-subnets = [\"10.9.0.0/24\"]\naddress-keywords = {localsubnet = "
         "[\"10.0.0.0/24\"]}\n",
         "site.toml:7:20: error: LocalSubnet is given twice, in 'local-subnets' and in 'address-keywords'\n    "
         "address-keywords = {localsubnet = [\"10.0.0.0/24\"]}\n                       "
         "^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\nhint: leave one of them out\n"},
        {"[[bind]]\nrole = \"x\"\nprefixes = []\n",
         "site.toml:4:1: error: role 'x' is bound to nothing\n    [[bind]]\n    ^~~~~~~~\nhint: add hosts = [...] or "
         "addresses = [...]\n"},
        {kZones + "[[zone]]\nid = \"wide\"\nprefixes = [\"10.1.0.128-10.1.1.5\"]\n",
         "site.toml:10:1: error: zones 'mgmt' and 'wide' have 10.1.0.128/25 in common, and neither lies inside the "
         "other\n    [[zone]]\n    ^~~~~~~~\nhint: give every address to one zone\n"},
        {kZones + "[[zone]]\nid = \"same\"\nprefixes = [\"10.2.0.0/24\", \"10.7.0.0/24\"]\n",
         "site.toml:10:1: error: zones 'db' and 'same' have 10.2.0.0/24 in common, and neither lies inside the "
         "other\n    [[zone]]\n    ^~~~~~~~\nhint: give every address to one zone\n"},
        {kZones + "[[host]]\nid = \"sql\"\naddresses = [\"10.2.0.21\"]\nzone = \"mgmt\"\n",
         "site.toml:10:1: error: host 'sql' is said to be in zone 'mgmt', but 10.2.0.21 is in zone 'db'\n"
         "    [[host]]\n    ^~~~~~~~\nhint: correct one of them\n"},
        {kZones + "[[firewall]]\nid = \"f\"\nexport = \"f\"\n" + kPath + kPath,
         "site.toml:17:1: error: a second [[path]] from zone 'mgmt' to zone 'db'\n    [[path]]\n    ^~~~~~~~\nhint: "
         "name every firewall on the way in one 'via'\n"},
        {kZones +
             "[[host]]\nid = \"sql\"\naddresses = [\"10.2.0.21\"]\n[[firewall]]\nid = \"f\"\nexport = "
             "\"f\"\nhost = \"sql\"\n" +
             kPath,
         "site.toml:17:1: error: firewall 'f' of [[path]] is a host firewall\n    [[path]]\n    ^~~~~~~~\nhint: leave "
         "it out: it stands at its host whatever the way\n"},
    };
    for (const auto& [text, message] : cases) {
        INFO(text);
        CHECK(problem(text) == message);
    }
}

TEST_CASE("a zone inside another keeps its addresses, in whatever order they stand") {
    const std::string outer = "[[zone]]\nid = \"corp\"\nprefixes = [\"10.0.0.0/8\", \"2001:db8::/32\"]\n";
    // Only a part of it lies inside.
    const std::string inner =
        "[[zone]]\nid = \"dmz\"\nprefixes = [\"10.2.0.0/24\", \"203.0.113.0/24\", \"2001:db8:2::/48\"]\n";
    const std::string innermost = "[[zone]]\nid = \"db\"\nprefixes = [\"10.2.0.16/28\"]\n";
    const std::string hosts =
        "[[bind]]\nrole = \"x\"\naddresses = [\"10.1.0.1\", \"10.2.0.1\", \"10.2.0.17\", \"203.0.113.9\", "
        "\"2001:db8:1::1\", \"2001:db8:2::1\", \"10.2.0.0/24\", \"192.0.2.1\"]\n";
    const Lines expected = {"corp", "dmz", "db", "dmz", "corp", "dmz", "", ""};
    for (const std::string& zones : {outer + inner + innermost, innermost + inner + outer, inner + outer + innermost}) {
        INFO(zones);
        Lines found;
        for (const Host& host : site_of(kTop + zones + hosts).hosts) found.push_back(host.zone);
        CHECK(found == expected);
    }
    // A host of several zones may name one of them.
    CHECK(site_of(kTop + outer + inner +
                  "[[host]]\nid = \"h\"\naddresses = [\"10.1.0.1\", \"10.2.0.1\"]\nzone = \"dmz\"\n")
              .hosts[0]
              .zone == "dmz");
}

TEST_CASE("a malformed waiver covers nothing and says why, the site stands") {
    const auto waiver = [](const std::string& text) { return site_of(kTop + "[[waiver]]\n" + text).waivers.at(0); };
    CHECK(waiver("check = \"missing-opening\"\nreasn = \"x\"\n").problem ==
          "unknown key 'reasn' in [[waiver]] (did you mean 'reason'?)");
    CHECK(waiver("reason = \"x\"\n").problem == "it names no check");
    CHECK(waiver("check = \"missing-opening\"\nowner = \"x\"\n").problem == "it gives no reason");
    CHECK(waiver("check = \"missing-opening\"\nreason = \" \\t\"\n").problem == "it gives no reason");
    CHECK(waiver("check = \"missing-opening\"\nreason = \"x\"\n").problem.empty());
    CHECK(waiver("check = \"any\"\nuntil = \"2026-01-01\"\n").problem ==
          "'until' of [[waiver]] must be a date such as 2026-12-31, without quotes, not a string");
}

TEST_CASE("a project file holds waivers and the way to the site") {
    const auto project = load_project(source(".fwproof.toml", "site = \"sites/a.toml\"\n[[waiver]]\ncheck = \"x\"\n"));
    REQUIRE(project.has_value());
    CHECK(project->site == "sites/a.toml");
    CHECK(project->waivers.size() == 1);
    CHECK(messages(load_project(source(".fwproof.toml", "sites = 3\n"))) ==
          ".fwproof.toml:1:1: error: unknown key 'sites' in the project file\n    sites = 3\n    ^~~~~\nhint: did "
          "you mean "
          "'site'?\n");
}

TEST_CASE("no input breaks the site loader") {
    for (const std::string& input : std::vector<std::string>{
             "", "\xff\xfe", "site = 3", kTop + "bind = [1]", kTop + "[[bind]]\nrole = 3\nhosts = [3, [], {}]\n",
             kTop + "[[firewall]]\nzones = [[1, 2], 3, [[\"a\"]]]\ninterfaces = {a = 3}\n", kTop + "parameters = 3\n",
             kTop + "[parameters]\nscom = 3\n[features]\nscom = {x = 3}\n", kTop + "[[waiver]]\n[waiver.x]\n"}) {
        const auto site = load_site(source("x.toml", input));
        if (!site) {
            for (const Error& error : site.error()) CHECK(!render(error).empty());
        }
    }
}
