// What the shipped catalogs ask for where their documents are unclear, conditional or contradictory.
#include <set>

#include "catalog/builders.hpp"

using namespace fwproof;
using namespace fwproof::testing;

namespace {

// Without what is not required.
Lines required(const Resolution& resolution, std::string_view flow) {
    Lines list;
    for (const std::string& text : lines(resolution, flow)) {
        if (text.find(" required") != std::string::npos) list.push_back(text);
    }
    return list;
}

Lines messages_of(const Resolution& resolution) {
    Lines list;
    for (const Violation& violation : resolution.violations) {
        list.push_back(std::string(to_string(violation.severity)) + ": " + violation.message);
    }
    return list;
}

}  // namespace

TEST_CASE("equal rows of the BAM portal are one requirement with all their places") {
    const Resolution resolution = resolved(site_of(top("biztalk-bam") + role_at("bam-portal-server", "10.1.0.1") +
                                                   role_at("biztalk-management-database", "10.2.0.1") +
                                                   role_at("messagebox-database", "10.2.0.1")));
    CHECK(lines(resolution, "management-runtime").empty());
    const Lines runtime = required(resolution, "messagebox-runtime");
    CHECK(runtime == Lines{"10.1.0.1 > 10.2.0.1 tcp/1433 required documented disputed",
                           "10.2.0.1 > 10.1.0.1 tcp/1433 required documented disputed",
                           "10.1.0.1 > 10.2.0.1 tcp/1433 required inferred disputed"});
    for (const Requirement& requirement : resolution.requirements) {
        if (requirement.flow != "messagebox-runtime") continue;
        CHECK(requirement.also == Lines{"management-runtime/sql"});
        CHECK(requirement.quirk == "B-01");
        CHECK(requirement.citations.size() == (requirement.reading == Reading::documented ? 3 : 2));
    }
}

TEST_CASE("the portal's phase decides, not that of its databases") {
    const auto read = [](const std::string& phase) {
        return resolved(site_of(top("biztalk-bam") + "reading = \"inferred\"\n" +
                                role_at("bam-portal-server", "10.1.0.1", "phase = \"" + phase + "\"\n") +
                                role_at("bam-analysis-database", "10.2.0.1")));
    };
    CHECK(lines(read("install"), "analysis-create") == Lines{"10.1.0.1 > 10.2.0.1 tcp/2393 required inferred"});
    CHECK(lines(read("install"), "analysis-query") == Lines{"10.1.0.1 > 10.2.0.1 tcp/2725 phase-ahead inferred"});
    CHECK(lines(read("runtime"), "analysis-query") == Lines{"10.1.0.1 > 10.2.0.1 tcp/2725 required inferred"});
    CHECK(lines(read("runtime"), "analysis-file") == Lines{"10.1.0.1 > 10.2.0.1 tcp/445 phase-over inferred"});
}

TEST_CASE("a row of the administration server is warned about where the document hesitates") {
    const Resolution resolution = resolved(site_of(top("biztalk-admin") + role_at("administration-server", "10.1.0.1") +
                                                   role_at("processing-server", "10.2.0.1")));
    CHECK(lines(resolution) == Lines{"10.1.0.1 > 10.2.0.1 tcp/135 feature-off",
                                     "10.1.0.1 > 10.2.0.1 tcp/50000-50200 feature-off",
                                     "10.1.0.1 > 10.2.0.1 tcp/445 required warning"});
}

TEST_CASE("replies, fixed source ports and unclear rows of MPS") {
    const Resolution resolution =
        resolved(site_of(top("mps") + role_at("mpf-client", "10.1.0.1") + role_at("provisioning-engine", "10.1.0.2")));
    CHECK(lines(resolution, "client-engine") ==
          Lines{
              "10.1.0.1 > 10.1.0.2 tcp/135 from 4000-4999 required documented disputed",
              "10.1.0.1 > 10.1.0.2 tcp/135 from 1024-65535 required inferred disputed",
              "10.1.0.2 > 10.1.0.1 tcp/4000-4999 from 135 required inferred reply",
              "10.1.0.1 > 10.1.0.2 tcp/1025 from 4000-4999 required documented disputed",
              "10.1.0.1 > 10.1.0.2 tcp/1025 from 1024-65535 required inferred disputed",
              "10.1.0.2 > 10.1.0.1 tcp/4000-4999 from 1025 required inferred reply",
              "10.1.0.1 > 10.1.0.2 tcp/135 from 1117 required",
              "10.1.0.1 > 10.1.0.2 tcp/4000-4999 from 1118 required note documented disputed",
              "10.1.0.1 > 10.1.0.2 tcp/1119 from 4000-4999 required documented disputed",
              "10.1.0.1 > 10.1.0.2 tcp/1119 from 1024-65535 required inferred disputed",
              "10.1.0.1 > 10.1.0.2 tcp/135 from 1116 required",
          });
    CHECK(to_string(*resolution.requirements[0].tolerated) == "tcp/135");
}

TEST_CASE("ports that the document leaves out are not checked until the site gives them") {
    const std::string roles = role_at("provisioning-engine", "10.1.0.2");
    const Resolution open = resolved(site_of(top("mps") + roles + role_at("exchange-server", "10.2.0.5")));
    CHECK(lines(open, "engine-exchange") == Lines{"10.1.0.2 > 10.2.0.5 icmp/8 required",
                                                  "10.1.0.2 > 10.2.0.5 tcp from 1024-65535 undetermined inferred",
                                                  "10.2.0.5 > 10.1.0.2 tcp from 445 undetermined inferred reply",
                                                  "10.1.0.2 > 10.2.0.5 udp from 1024-65535 undetermined inferred"});
    CHECK(open.requirements[1].need_reason ==
          "the document gives no numbers for exchange-dynamic and exchange-dynamic-range is not set");
    CHECK(open.requirements[1].quirk == "M-11");
    const Resolution given = resolved(
        site_of(top("mps") + roles +
                role_at("exchange-server", "10.2.0.5", "parameters = {exchange-dynamic-range = \"49152-65535\"}\n")));
    CHECK(lines(given, "engine-exchange")[1] ==
          "10.1.0.2 > 10.2.0.5 tcp/49152-65535 from 4000-4999 required documented disputed");
}

TEST_CASE("WSUS ports come in pairs") {
    const std::string on = "[features.configmgr]\nsoftware-updates = true\n";
    const auto read = [&](const std::string& parameters) {
        return resolved(site_of(top("configmgr") + role_at("client", "10.20.0.0/16") +
                                role_at("software-update-point", "10.4.0.31", parameters) + on));
    };
    CHECK(lines(read(""), "client-sup") ==
          Lines{"10.20.0.0/16 > 10.4.0.31 tcp/80 required any-of wsus-pairs=80/443",
                "10.20.0.0/16 > 10.4.0.31 tcp/8530 required any-of wsus-pairs=8530/8531",
                "10.20.0.0/16 > 10.4.0.31 tcp/443 required any-of wsus-pairs=80/443",
                "10.20.0.0/16 > 10.4.0.31 tcp/8531 required any-of wsus-pairs=8530/8531"});
    const Resolution https = read("parameters = {wsus-http = 8530, wsus-https = 8531, wsus-mode = \"https\"}\n");
    CHECK(lines(https, "client-sup") ==
          Lines{"10.20.0.0/16 > 10.4.0.31 tcp/80 not-selected", "10.20.0.0/16 > 10.4.0.31 tcp/8530 required",
                "10.20.0.0/16 > 10.4.0.31 tcp/443 not-selected", "10.20.0.0/16 > 10.4.0.31 tcp/8531 required"});
    for (const Requirement& requirement : https.requirements) {
        if (requirement.ports_text != "tcp/8530" || requirement.flow != "client-sup") continue;
        CHECK(requirement.citations.back().line == 556);
    }
    CHECK(required(read("parameters = {wsus-http = 8080, wsus-mode = \"http\"}\n"), "client-sup") ==
          Lines{"10.20.0.0/16 > 10.4.0.31 tcp/8080 required"});
    CHECK(required(read("parameters = {wsus-http = 8080}\n"), "client-sup") ==
          Lines{"10.20.0.0/16 > 10.4.0.31 tcp/8080 required", "10.20.0.0/16 > 10.4.0.31 tcp/8081 required"});
}

TEST_CASE("values that the document forbids are violations") {
    const auto read = [&](const std::string& parameters) {
        return messages_of(resolved(site_of(
            top("configmgr") + role_at("software-update-point", "10.4.0.31", "parameters = {" + parameters + "}\n"))));
    };
    CHECK(read("wsus-http = 8530, wsus-https = 443") ==
          Lines{"error: wsus-http = 8530 goes with wsus-https = 8531, not 443"});
    CHECK(read("wsus-http = 80, wsus-https = 8531") ==
          Lines{"error: wsus-http = 80 goes with wsus-https = 443, not 8531"});
    CHECK(read("wsus-http = 8530, wsus-https = 8540") ==
          Lines{"warning: wsus-http = 8530 goes with wsus-https = 8531, not 8540"});
    CHECK(read("wsus-http = 8080, wsus-https = 8081").empty());
    CHECK(read("wsus-http = 80, wsus-https = 443").empty());
    CHECK(read("wsus-http = 442, wsus-https = 443").empty());
    CHECK(messages_of(resolved(site_of(top("configmgr") + role_at("software-update-point", "10.4.0.31") +
                                       "[parameters.configmgr]\nwsus-http = 8530\nwsus-https = 443\n"))) ==
          Lines{"error: wsus-http = 8530 goes with wsus-https = 8531, not 443"});
    CHECK(messages_of(resolved(site_of(top("configmgr") + role_at("sql-server", "10.4.0.9", "site = \"A\"\n") +
                                       role_at("sql-server", "10.4.0.9", "site = \"B\"\n")))) ==
          Lines{"error: two bindings of sql-server to 10.4.0.9 both have sql-port = 1433",
                "error: two bindings of sql-server to 10.4.0.9 both have service-broker-port = 4022"});
    CHECK(messages_of(resolved(site_of(
              top("configmgr") + role_at("sql-server", "10.4.0.9", "parameters = {sql-port = \"49152-65535\"}\n")))) ==
          Lines{"error: sql-port = 49152-65535 must be a port, 1-65535"});
    CHECK(
        messages_of(resolved(site_of(top("configmgr") + host("s", "10.4.0.9", "attrs = {sql-instance = \"named\"}\n") +
                                     "[[bind]]\nrole = \"sql-server\"\nhosts = [\"s\"]\n"))) ==
        Lines{"error: s has sql-instance = named and needs sql-port to be set"});
}

TEST_CASE("the system generation of the listener chooses the dynamic range") {
    const auto read = [](const std::string& generation) {
        return lines(resolved(site_of(top("configmgr") + role_at("site-server", "10.4.0.5") +
                                      host("dc", "10.4.0.2", "os-generation = \"" + generation + "\"\n") +
                                      "[[bind]]\nrole = \"domain-controller\"\nhosts = [\"dc\"]\n")),
                     "site-dc");
    };
    const Lines modern = read("modern");
    CHECK(std::set<std::string>(modern.begin(), modern.end()).contains("10.4.0.5 > dc tcp/49152-65535 required"));
    CHECK(std::set<std::string>(modern.begin(), modern.end()).contains("10.4.0.5 > dc tcp/1024-5000 not-selected"));
    const Lines unknown = read("unknown");
    CHECK(std::set<std::string>(unknown.begin(), unknown.end()).contains("10.4.0.5 > dc tcp/49152-65535 required"));
    CHECK(
        std::set<std::string>(unknown.begin(), unknown.end()).contains("10.4.0.5 > dc tcp/1024-5000 required warning"));
}

TEST_CASE("the switch of note 5 removes the way back") {
    const auto read = [](const std::string& role, const std::string& parameters) {
        return resolved(site_of(top("configmgr") + host("site", "10.4.0.5", "os-generation = \"modern\"\n") +
                                host("sys", "10.5.0.6", "os-generation = \"modern\"\n") +
                                "[[bind]]\nrole = \"site-server\"\nhosts = [\"site\"]\n[[bind]]\nrole = \"" + role +
                                "\"\nhosts = [\"sys\"]\n" + parameters));
    };
    const std::string on = "parameters = {site-server-initiates-only = true}\n";
    const auto back = [](const Resolution& resolution, const std::string& flow) {
        Lines list;
        for (const Requirement& requirement : resolution.requirements) {
            if (requirement.flow == flow && requirement.from.host == "sys" && requirement.ports_text == "tcp/445") {
                list.push_back(line(requirement));
            }
        }
        return list;
    };
    CHECK(back(read("fallback-status-point", ""), "site-fsp") == Lines{"sys > site tcp/445 required"});
    CHECK(back(read("fallback-status-point", on), "site-fsp") == Lines{"sys > site tcp/445 not-selected"});
    CHECK(back(read("management-point", on), "mp-site") == Lines{"sys > site tcp/445 not-selected"});
    CHECK(back(read("enrollment-point", on), "site-enrollment-point") ==
          Lines{"sys > site tcp/445 required documented disputed", "sys > site tcp/445 not-selected inferred"});
}

TEST_CASE("conditions on hosts and on the hierarchy") {
    const Resolution workgroup =
        resolved(site_of(top("configmgr") + host("c", "10.20.0.7", "attrs = {join = \"workgroup\"}\n") +
                         role_at("global-catalog", "10.4.0.2") + "[[bind]]\nrole = \"client\"\nhosts = [\"c\"]\n"));
    CHECK(lines(workgroup, "client-gc") == Lines{"c > 10.4.0.2 tcp/3268 not-applicable"});
    for (const Requirement& requirement : workgroup.requirements) {
        if (requirement.flow == "client-gc") CHECK(requirement.need_reason == "join of c is workgroup");
    }
    const Resolution child = resolved(site_of(
        top("configmgr") + role_at("site-server", "10.4.0.5", "site = \"P02\"\nparent = \"P01\"\n") +
        role_at("distribution-point", "10.3.0.5", "site = \"P01\"\n") + role_at("certification-authority", "10.4.0.3") +
        "[features.configmgr]\ncertificate-profiles = true\n"));
    CHECK(lines(child, "site-ca")[0] == "10.4.0.5 > 10.4.0.3 udp/135 not-applicable");
}

TEST_CASE("a proxy takes the place of the Internet") {
    const Resolution resolution = resolved(
        site_of(top("configmgr") +
                role_at("software-update-point", "10.4.0.31", "parameters = {internet-proxy = \"10.9.9.9:8080\"}\n") +
                "[features.configmgr]\nsoftware-updates = true\n"));
    CHECK(lines(resolution, "sup-internet") ==
          Lines{"10.4.0.31 > 10.9.9.9:8080 tcp/8080 required", "10.4.0.31 > internet tcp/80 not-selected"});
}

TEST_CASE("installation of a remote database is asked for while the site server is installed") {
    const auto read = [](const std::string& phase) {
        return required(resolved(site_of(top("configmgr") + host("sql", "10.4.0.9", "os-generation = \"modern\"\n") +
                                         role_at("site-server", "10.4.0.5", "phase = \"" + phase + "\"\n") +
                                         "[[bind]]\nrole = \"sql-server\"\nhosts = [\"sql\"]\n")),
                        "site-sql");
    };
    CHECK(read("runtime") == Lines{"10.4.0.5 > sql tcp/1433 required"});
    CHECK(read("install") == Lines{"10.4.0.5 > sql tcp/1433 required", "10.4.0.5 > sql tcp/445 required",
                                   "10.4.0.5 > sql udp/135 required", "10.4.0.5 > sql tcp/135 required",
                                   "10.4.0.5 > sql tcp/49152-65535 required"});
}

TEST_CASE("roles on one host ask for nothing between each other") {
    const Resolution resolution = resolved(
        site_of(top("configmgr") + host("one", "10.4.0.5") +
                "[[bind]]\nrole = \"site-server\"\nhosts = [\"one\"]\n[[bind]]\nrole = \"sql-server\"\nhosts = "
                "[\"one\"]\n" +
                role_at("client", "10.4.0.0/24")));
    CHECK(lines(resolution, "site-sql").empty());
    const Resolution wake =
        resolved(site_of(top("configmgr") + role_at("site-server", "10.4.0.5") + role_at("client", "10.4.0.0/24") +
                         "[features.configmgr]\nwake-on-lan = true\n"));
    for (const Requirement& requirement : wake.requirements) {
        if (requirement.flow == "site-client") CHECK(!requirement.to.addresses->contains(*parse_address("10.4.0.5")));
    }
}
