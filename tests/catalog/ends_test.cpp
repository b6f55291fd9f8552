// Which end of a flow decides its ports, and between which addresses it goes.
#include <algorithm>

#include "catalog/builders.hpp"

using namespace fwproof;
using namespace fwproof::testing;

namespace {

// What is required between hosts by a service of this name: "a > b tcp/1".
Lines asked(const Resolution& resolution, const std::string& service) {
    Lines list;
    for (const Requirement& requirement : resolution.requirements) {
        if (requirement.need != Need::required || !requirement.service.starts_with(service)) continue;
        list.push_back(requirement.from.host + " > " + requirement.to.host + " " + requirement.ports_text);
    }
    return list;
}

}  // namespace

TEST_CASE("the port of a connection is that of the end that listens") {
    struct Case {
        std::string what, catalog, service, site;
        Lines asked;
    };
    const std::string databases = host("a", "10.4.0.10") + host("b", "10.4.0.11");
    const std::vector<Case> cases = {
        {"two databases, one on its own port",
         "configmgr",
         "sql",
         databases +
             "[[bind]]\nrole = \"sql-server\"\nhosts = [\"a\"]\nsite = \"P01\"\nparameters = {sql-port = 1500}\n"
             "[[bind]]\nrole = \"sql-server\"\nhosts = [\"b\"]\nsite = \"P02\"\nparent = \"P01\"\n",
         {"a > b tcp/1433", "b > a tcp/1500"}},
        {"one database's range is not the other's",
         "configmgr",
         "rpc",
         host("a", "10.4.0.10", "os-generation = \"modern\"\n") +
             host("b", "10.4.0.11", "os-generation = \"modern\"\n") +
             "[[bind]]\nrole = \"site-server\"\nhosts = [\"a\"]\n"
             "[[bind]]\nrole = \"management-point\"\nhosts = [\"b\"]\nparameters = {rpc-range = \"50000-51000\"}\n",
         {"b > a tcp/49152-65535", "a > b tcp/50000-51000"}},
        {"what RPC means on the listener's host is its range",
         "configmgr",
         "rpc",
         host("a", "10.4.0.10", "os-generation = \"modern\"\n") +
             host("b", "10.4.0.11", "os-generation = \"modern\"\n") +
             "[[bind]]\nrole = \"site-server\"\nhosts = [\"a\"]\n"
             "[[bind]]\nrole = \"management-point\"\nhosts = [\"b\"]\n"
             "[[firewall]]\nhost = \"b\"\nexport = \"b.reg\"\nport-keywords = {rpc = \"50000-50255\"}\n",
         {"b > a tcp/49152-65535", "a > b tcp/50000-50255"}},
        {"a database that only the print makes the client keeps its port in the print",
         "scom",
         "sql",
         "[features.scom]\naudit-collection-services = true\n" + host("a", "10.1.0.11") + host("b", "10.2.0.22") +
             "[[bind]]\nrole = \"acs-collector\"\nhosts = [\"a\"]\n"
             "[[bind]]\nrole = \"acs-database\"\nhosts = [\"b\"]\nparameters = {sql-port = 1500}\n",
         {"b > a tcp/1500", "a > b tcp/1500"}},
        {"an update point's pair is not its upstream server's",
         "configmgr",
         "http",
         "[features.configmgr]\nsoftware-updates = true\n" + host("s", "10.4.0.31") + host("u", "10.4.0.32") +
             "[[bind]]\nrole = \"software-update-point\"\nhosts = [\"s\"]\n"
             "parameters = {wsus-http = 8530, wsus-https = 8531}\n"
             "[[bind]]\nrole = \"upstream-wsus-server\"\nhosts = [\"u\"]\n",
         {"s > u tcp/80", "s > u tcp/8530", "s > u tcp/443", "s > u tcp/8531", "s > internet tcp/80"}},
        {"what the system of one end has by default the other does not have",
         "configmgr",
         "http-",
         "[features.configmgr]\nsoftware-updates = true\n" +
             host("s", "10.4.0.31", "attrs = {os = \"windows-server-2016\"}\n") + host("u", "10.4.0.32") +
             "[[bind]]\nrole = \"software-update-point\"\nhosts = [\"s\"]\n"
             "[[bind]]\nrole = \"upstream-wsus-server\"\nhosts = [\"u\"]\n",
         {"s > u tcp/80", "s > u tcp/8530"}},
        {"an update point's own pair holds for both directions of its row",
         "configmgr",
         "http",
         "[features.configmgr]\nsoftware-updates = true\n" + host("a", "10.4.0.10") + host("s", "10.4.0.31") +
             "[[bind]]\nrole = \"site-server\"\nhosts = [\"a\"]\n"
             "[[bind]]\nrole = \"software-update-point\"\nhosts = [\"s\"]\nparameters = {wsus-http = 8530}\n",
         {"a > s tcp/8530", "s > a tcp/8530", "a > s tcp/8531", "s > a tcp/8531"}},
    };
    for (const Case& given : cases) {
        INFO(given.what);
        const Resolution resolution = resolved(site_of(top(given.catalog) + given.site));
        Lines found = asked(resolution, given.service);
        // What other rows ask of the internet is beside the point.
        std::erase_if(found, [](const std::string& text) { return text.find(" > cloud") != std::string::npos; });
        for (const std::string& one : given.asked) {
            INFO(one);
            CHECK(std::find(found.begin(), found.end(), one) != found.end());
        }
        for (const std::string& one : found) {
            INFO("not expected: " << one);
            const bool between = one.find("internet") == std::string::npos;
            CHECK((!between || std::find(given.asked.begin(), given.asked.end(), one) != given.asked.end()));
        }
    }
}
