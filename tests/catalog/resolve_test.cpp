#include <algorithm>

#include "catalog/builders.hpp"

using namespace fwproof;
using namespace fwproof::testing;

namespace {

const std::string kTop = "format = \"flow-site/1\"\n[site]\ncatalogs = [\"scom\"]\n";

std::string bind(const std::string& role, const std::string& addresses, const std::string& more = {}) {
    return "[[bind]]\nrole = \"" + role + "\"\naddresses = [" + addresses + "]\n" + more;
}

}  // namespace

TEST_CASE("ten lines are a site") {
    const Resolution resolution = resolved(site_of(R"(format = "flow-site/1"
site = {catalogs = ["scom"]}
[[bind]]
role = "management-server"
addresses = ["10.1.0.11"]
[[bind]]
role = "operations-database"
addresses = ["10.2.0.21"]
[[firewall]]
export = "edge.cfg"
)"));
    CHECK(lines(resolution) == Lines{
                                   "10.1.0.11 > 10.2.0.21 tcp/1433 required",
                                   "10.1.0.11 > 10.2.0.21 udp/1434 required",
                                   "10.1.0.11 > 10.2.0.21 tcp/135 phase-over",
                                   "10.1.0.11 > 10.2.0.21 udp/137 phase-over",
                                   "10.1.0.11 > 10.2.0.21 tcp/445 phase-over",
                                   "10.1.0.11 > 10.2.0.21 tcp/49152-65535 phase-over inferred",
                               });
    const Requirement& rpc = resolution.requirements.back();
    CHECK(rpc.quirk == "S-01");
    CHECK(rpc.closable);
    CHECK(rpc.need_reason == "needed only during installation");
    REQUIRE(rpc.citations.size() == 1);
    CHECK(rpc.citations[0].line == 34);
    CHECK(rpc.citations[0].row == "1");
    CHECK(resolution.violations.empty());
    Lines unbound;
    for (const UnboundRole& role : resolution.unbound) unbound.push_back(role.role);
    CHECK(unbound == Lines{"application-diagnostics-console", "connector-framework-source", "data-warehouse",
                           "domain-controller", "gateway-server", "operations-console", "reporting-server",
                           "windows-agent"});
}

TEST_CASE("the phase of a host counts, not that of the site") {
    const Resolution resolution = resolved(site_of(kTop + R"(
[[host]]
id = "ms1"
addresses = ["10.1.0.11"]
[[host]]
id = "ms2"
addresses = ["10.1.0.12"]
phase = "install"
[[bind]]
role = "management-server"
hosts = ["ms1", "ms2"]
)" + bind("operations-manager-database", "\"10.2.0.21\"")));
    CHECK(lines(resolution, "ms-opsdb")[4] == "ms1 > 10.2.0.21 tcp/445 phase-over");
    CHECK(lines(resolution, "ms-opsdb")[10] == "ms2 > 10.2.0.21 tcp/445 required");
    CHECK(lines(resolution, "ms-ms") ==
          Lines{"ms1 > ms2 tcp/5723 required inferred", "ms1 > ms2 tcp/5724 phase-over inferred",
                "ms2 > ms1 tcp/5723 required inferred", "ms2 > ms1 tcp/5724 required inferred"});
}

TEST_CASE("a port needed at run time by another role of the host is required") {
    const Resolution resolution = resolved(site_of(kTop + bind("management-server", "\"10.1.0.11\", \"10.1.0.12\"") +
                                                   bind("operations-console", "\"10.1.0.11\"")));
    CHECK(lines(resolution, "console-ms") == Lines{"10.1.0.11 > 10.1.0.12 tcp/5724 required inferred"});
}

TEST_CASE("a site's own port replaces the default") {
    const Site site =
        site_of(kTop + bind("management-server", "\"10.1.0.11\"") +
                bind("operations-manager-database", "\"10.2.0.21\"", "parameters = {sql-port = 14330}\n"));
    const Resolution resolution = resolved(site);
    CHECK(lines(resolution, "ms-opsdb")[0] == "10.1.0.11 > 10.2.0.21 tcp/14330 required");
    CHECK(lines(resolution, "ms-opsdb")[1] == "10.1.0.11 > 10.2.0.21 tcp/1433 not-selected");
    REQUIRE(resolution.violations.size() == 1);
    CHECK(resolution.violations[0].severity == Severity::note);
    CHECK(
        resolution.violations[0].message ==
        "sql-port = 14330 replaces 1433; the document says in one place that it can be changed and in another that it "
        "cannot");
    CHECK(resolution.violations[0].span.line() == 10);
}

TEST_CASE("a disputed direction is asked for in the readings that the site allows") {
    const std::string roles = bind("acs-collector", "\"10.1.0.11\"") + bind("acs-database", "\"10.2.0.22\"") +
                              "[features.scom]\naudit-collection-services = true\n";
    const auto read = [&](const std::string& reading) {
        return lines(resolved(site_of(kTop + "reading = \"" + reading + "\"\n" + roles)), "acs-db");
    };
    const Lines documented = {"10.2.0.22 > 10.1.0.11 tcp/1433 required documented",
                              "10.2.0.22 > 10.1.0.11 udp/1434 required documented"};
    const Lines inferred = {"10.1.0.11 > 10.2.0.22 tcp/1433 required inferred",
                            "10.1.0.11 > 10.2.0.22 udp/1434 required inferred"};
    CHECK(read("documented") == documented);
    CHECK(read("inferred") == inferred);
    CHECK(read("either") == Lines{documented[0] + " disputed", inferred[0] + " disputed", documented[1] + " disputed",
                                  inferred[1] + " disputed"});
}

TEST_CASE("SNMP is printed for both directions and meant for one each") {
    const Resolution resolution =
        resolved(site_of(kTop + bind("management-server", "\"10.1.0.11\"") + bind("network-device", "\"10.5.0.1\"") +
                         "[features.scom]\nnetwork-device-monitoring = true\n"));
    CHECK(lines(resolution, "ms-netdev") == Lines{
                                                "10.1.0.11 > 10.5.0.1 udp/161 required documented disputed",
                                                "10.5.0.1 > 10.1.0.11 udp/161 required documented disputed",
                                                "10.1.0.11 > 10.5.0.1 udp/161 required inferred disputed",
                                                "10.1.0.11 > 10.5.0.1 udp/162 required documented disputed",
                                                "10.5.0.1 > 10.1.0.11 udp/162 required documented disputed",
                                                "10.5.0.1 > 10.1.0.11 udp/162 required inferred disputed",
                                                "10.1.0.11 > 10.5.0.1 icmp required",
                                                "10.5.0.1 > 10.1.0.11 icmp required",
                                            });
    CHECK(resolution.requirements[0].dispute == resolution.requirements[2].dispute);
    CHECK(resolution.requirements[0].quirk == "S-07");
}

TEST_CASE("a high range that would expose the console is asked for only as printed") {
    const Resolution resolution = resolved(site_of(kTop + bind("operations-console", "\"10.3.0.5\"")));
    CHECK(lines(resolution, "console-catalog") ==
          Lines{"10.3.0.5 > management-pack-catalog tcp/80 required inferred",
                "10.3.0.5 > management-pack-catalog tcp/443 required inferred",
                "10.3.0.5 > management-pack-catalog tcp/49152-65535 required note documented disputed",
                "management-pack-catalog > 10.3.0.5 tcp/49152-65535 required note documented disputed"});
    const Requirement& https = resolution.requirements[1];
    CHECK(https.to.external);
    CHECK(!https.to.addresses->contains(*parse_address("10.3.0.5")));
    CHECK(https.to.addresses->contains(*parse_address("10.3.0.6")));
    CHECK(https.also == Lines{"console-catalog-addresses/https"});
    CHECK(https.citations.size() == 2);
    CHECK(resolution.requirements[3].exposing);
}

TEST_CASE("one of HTTP and HTTPS is enough until the site chooses") {
    const std::string roles =
        bind("web-console-browser", "\"10.4.0.0/24\"") + bind("web-console-server", "\"10.1.0.13\"");
    const std::string on = "[features.scom]\nweb-console = true\n";
    CHECK(lines(resolved(site_of(kTop + roles + on)), "browser-webconsole") ==
          Lines{"10.4.0.0/24 > 10.1.0.13 tcp/80 required inferred any-of web-console-http-or-ssl=http",
                "10.4.0.0/24 > 10.1.0.13 tcp/443 required inferred any-of web-console-http-or-ssl=https"});
    CHECK(lines(resolved(site_of(kTop + roles +
                                 "parameters = {web-console-scheme = \"https\", web-console-https = 8443}\n" + on)),
                "browser-webconsole") == Lines{"10.4.0.0/24 > 10.1.0.13 tcp/80 not-selected inferred",
                                               "10.4.0.0/24 > 10.1.0.13 tcp/8443 required inferred",
                                               "10.4.0.0/24 > 10.1.0.13 tcp/443 not-selected inferred"});
    CHECK(lines(resolved(site_of(kTop + roles)), "browser-webconsole") ==
          Lines{"10.4.0.0/24 > 10.1.0.13 tcp/80 feature-off inferred",
                "10.4.0.0/24 > 10.1.0.13 tcp/443 feature-off inferred"});
}

TEST_CASE("a second inferred protocol weighs less than the first") {
    const Resolution resolution =
        resolved(site_of(kTop + bind("gateway-server", "\"10.1.0.9\"") + bind("domain-controller", "\"10.1.0.2\"") +
                         "[features.scom]\nkerberos-authentication = false\n"));
    CHECK(lines(resolution, "ms-dc") == Lines{"10.1.0.9 > 10.1.0.2 udp/53 required inferred",
                                              "10.1.0.9 > 10.1.0.2 tcp/53 required warning inferred",
                                              "10.1.0.9 > 10.1.0.2 tcp/88 feature-off inferred",
                                              "10.1.0.9 > 10.1.0.2 udp/88 feature-off warning inferred",
                                              "10.1.0.9 > 10.1.0.2 tcp/389 required inferred",
                                              "10.1.0.9 > 10.1.0.2 udp/389 required warning inferred"});
}

TEST_CASE("agents need the server they are assigned to") {
    const std::string servers =
        "[[host]]\nid = \"ms\"\naddresses = [\"10.1.0.11\"]\n[[host]]\nid = \"gw\"\naddresses = "
        "[\"10.1.0.9\"]\n[[bind]]\nrole = \"management-server\"\nhosts = [\"ms\"]\n[[bind]]\nrole = "
        "\"gateway-server\"\nhosts = [\"gw\"]\n";
    const std::string on = "[features.scom]\nunix-linux-monitoring = true\n";
    CHECK(lines(resolved(site_of(kTop + servers + bind("unix-linux-agent", "\"10.6.0.7\"") + on)),
                "unix-agent-monitoring") == Lines{"ms > 10.6.0.7 tcp/1270 required any-of unix-agent-monitoring=ms",
                                                  "gw > 10.6.0.7 tcp/1270 required any-of unix-agent-monitoring=gw"});
    const Resolution assigned =
        resolved(site_of(kTop + servers + bind("unix-linux-agent", "\"10.6.0.7\"", "assigned-to = [\"gw\"]\n") + on));
    CHECK(lines(assigned, "unix-agent-monitoring") ==
          Lines{"ms > 10.6.0.7 tcp/1270 not-selected", "gw > 10.6.0.7 tcp/1270 required"});
}

TEST_CASE("check --as asks one host's flows with peers anywhere") {
    const auto all = all_shipped();
    SiteRequest request;
    request.as = {"management-server"};
    request.exports = {"ms1.xml"};
    const auto site = make_site(request, all);
    INFO(messages(site));
    REQUIRE(site.has_value());
    CHECK(site->catalogs == Lines{"scom"});
    REQUIRE(site->firewalls.size() == 1);
    CHECK(site->firewalls[0].kind == FirewallKind::host);
    CHECK(site->firewalls[0].host == "this host");
    const Resolution resolution = resolved(*site);
    const Lines own = lines(resolution, "ms-ms");
    CHECK(own == Lines{"this host > management-server tcp/5723 required inferred",
                       "this host > management-server tcp/5724 phase-over inferred",
                       "management-server > this host tcp/5723 required inferred",
                       "management-server > this host tcp/5724 phase-over inferred"});
    CHECK(lines(resolution, "agent-ms") == Lines{"windows-agent > this host tcp/5723 required inferred"});
    CHECK(lines(resolution, "diagnostics-opsdb").empty());
    CHECK(resolution.unbound.empty());
    CHECK(resolution.requirements[0].to.anywhere);
}

TEST_CASE("check --bind makes hosts of addresses") {
    const auto all = all_shipped();
    SiteRequest request;
    request.bind = {"management-server=10.1.0.11, 10.1.0.12", "scom/operations-database=10.2.0.21"};
    request.exports = {"edge.cfg"};
    const auto site = make_site(request, all);
    INFO(messages(site));
    REQUIRE(site.has_value());
    CHECK(site->firewalls[0].kind == FirewallKind::transit);
    CHECK(lines(resolved(*site), "ms-opsdb").size() == 12);
}

TEST_CASE("command-line roles that do not exist are errors") {
    const auto all = all_shipped();
    const auto message = [&](const SiteRequest& request) { return messages(make_site(request, all)); };
    SiteRequest request;
    request.as = {"managment-server"};
    CHECK(message(request) ==
          "fwproof: error: unknown role 'managment-server' in --as\nhint: did you mean 'management-server'?\n");
    request = {};
    request.bind = {"scmo/management-server=10.0.0.1"};
    CHECK(message(request) ==
          "fwproof: error: unknown catalog 'scmo' in --bind 'scmo/management-server'\nhint: did you mean "
          "'scom'?\n");
    request = {};
    request.bind = {"management-server=10.0.0.300"};
    CHECK(message(request) ==
          "fwproof: error: '10.0.0.300' in --bind 'management-server=10.0.0.300' is no address\nhint: addresses are "
          "10.1.0.11, 10.1.0.0/24, 10.1.0.5-10.1.0.9 or their IPv6 forms\n");
    request = {};
    request.bind = {"management-server"};
    CHECK(message(request) ==
          "fwproof: error: --bind 'management-server' has no addresses\nhint: write --bind "
          "ROLE=ADDRESS[,ADDRESS...]\n");
}

TEST_CASE("names in a site file that no catalog has are errors") {
    const auto all = all_shipped();
    const auto message = [&](const std::string& text) {
        const Site site = site_of(kTop + text);
        return messages(resolve(chosen_catalogs(site, all), site));
    };
    CHECK(message("[features.scom]\nweb-consol = true\n") ==
          "site.toml:5:1: error: unknown feature 'web-consol'\n    web-consol = true\n    ^~~~~~~~~~\nhint: did you "
          "mean 'web-console'?\n");
    CHECK(message("[[bind]]\nrole = \"gateway\"\naddresses = [\"10.0.0.1\"]\nparameters = {x = 1}\n") ==
          "site.toml:4:1: error: unknown role 'gateway'\n    [[bind]]\n    ^~~~~~~~\n");
    CHECK(message("[parameters.scom]\nsqlport = 1500\n") ==
          "site.toml:5:11: error: unknown parameter 'sqlport'\n    sqlport = 1500\n              ^~~~\nhint: did you "
          "mean 'sql-port'?\n");
    CHECK(message("[parameters.mps]\nsqlport = 1500\n").substr(0, 45) ==
          "site.toml:4:13: error: unknown catalog 'mps'\n");
}

TEST_CASE("a host that is bound by its address is the host that the site describes") {
    const Resolution resolution = resolved(site_of(kTop + R"(
[[host]]
id = "ms1"
addresses = ["10.1.0.11"]
phase = "install"
)" + bind("management-server", "\"10.1.0.11\"") + bind("operations-manager-database", "\"10.2.0.21\"")));
    CHECK(lines(resolution, "ms-opsdb")[4] == "ms1 > 10.2.0.21 tcp/445 required");
}

TEST_CASE("what one entry states need not be inferred from another") {
    const Resolution resolution =
        resolved(site_of("format = \"flow-site/1\"\n[site]\ncatalogs = [\"configmgr\"]\n" +
                         bind("site-server", "\"10.1.0.11\"") + bind("domain-controller", "\"10.2.0.21\"")));
    std::size_t count = 0;
    for (const Requirement& requirement : resolution.requirements) {
        if (requirement.ports_text != "tcp/389" || requirement.need != Need::required) continue;
        ++count;
        CHECK(requirement.reading == Reading::stated);
        CHECK(requirement.citations.size() > 1);
    }
    CHECK(count == 1);
}

TEST_CASE("a dispute about packets that another entry asks for anyway is none") {
    // Two rows of the document speak of the databases of neighbouring sites; one leaves the direction open.
    const Resolution resolution =
        resolved(site_of("format = \"flow-site/1\"\n[site]\ncatalogs = [\"configmgr\"]\n" +
                         bind("sql-server", "\"10.4.1.1\"", "site = \"CAS\"\n") +
                         bind("sql-server", "\"10.4.1.2\"", "site = \"P01\"\nparent = \"CAS\"\n")));
    Lines found;
    for (const Requirement& requirement : resolution.requirements) {
        if (requirement.from.role != "sql-server" || requirement.to.role != "sql-server") continue;
        found.push_back(requirement.from.host + " > " + requirement.to.host + " " + requirement.ports_text);
        CHECK(requirement.dispute.empty());
        CHECK_FALSE(requirement.also.empty());
        if (requirement.ports_text == "tcp/4022") CHECK(requirement.quirk == "C-28");
    }
    std::sort(found.begin(), found.end());
    CHECK(found == Lines{"10.4.1.1 > 10.4.1.2 tcp/1433", "10.4.1.1 > 10.4.1.2 tcp/4022", "10.4.1.2 > 10.4.1.1 tcp/1433",
                         "10.4.1.2 > 10.4.1.1 tcp/4022"});
}
