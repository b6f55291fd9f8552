// What a site says and cannot mean.
#include "catalog/builders.hpp"

using namespace fwproof;
using namespace fwproof::testing;

TEST_CASE("a parameter that a role cannot have is an error") {
    const auto all = all_shipped();
    const auto message = [&](const std::string& catalog, const std::string& text) {
        const Site site = site_of(top(catalog) + text);
        return messages(resolve(chosen_catalogs(site, all), site));
    };
    CHECK(message("scom", role_at("management-server", "10.1.0.11", "parameters = {sql-port = 14330}\n")) ==
          "site.toml:7:26: error: parameter 'sql-port' has no meaning for role 'management-server'\n"
          "    parameters = {sql-port = 14330}\n"
          "                             ^~~~~\n"
          "hint: it belongs to acs-database, data-warehouse, operations-manager-database\n");
    CHECK(
        message("configmgr", role_at("site-server", "10.1.0.11", "parameters = {internet-proxy = \"10.9.9.9:8080\"}\n"))
            .empty());
    CHECK(message("configmgr", role_at("site-server", "10.1.0.11", "parameters = {rpc-range = \"5000-5100\"}\n"))
              .empty());
    CHECK(message("configmgr", role_at("sql-server", "10.1.0.11", "parameters = {site-server-initiates-only = true}\n"))
              .starts_with("site.toml:7:44: error: parameter 'site-server-initiates-only' has no meaning for role "
                           "'sql-server'\n"));
}

TEST_CASE("a catalog that is chosen twice is an error") {
    const auto all = all_shipped();
    const Site site = site_of("format = \"flow-site/1\"\n[site]\ncatalogs = [\"scom\", \"scom.toml\"]\n");
    CHECK(messages(resolve(chosen_catalogs(site, all), site)) ==
          "site.toml:3:21: error: catalog 'scom' is chosen twice\n"
          "    catalogs = [\"scom\", \"scom.toml\"]\n"
          "                        ^~~~~~~~~~~\n"
          "hint: name it once\n");
}

TEST_CASE("two names of one address are one computer") {
    const auto violations = [](const std::string& other) {
        Lines list;
        const Resolution resolution =
            resolved(site_of(top("configmgr") + host("a", "10.4.0.21") + host("b", other) +
                             "[[bind]]\nrole = \"sql-server\"\nhosts = [\"a\"]\nparameters = {sql-port = 1500}\n"
                             "[[bind]]\nrole = \"sql-server\"\nhosts = [\"b\"]\nparameters = {sql-port = 1500}\n"));
        for (const Violation& violation : resolution.violations) {
            if (violation.message.starts_with("two bindings")) list.push_back(violation.message);
        }
        return list;
    };
    CHECK(violations("10.4.0.22").empty());
    // Its other port, the broker's, is the default of both.
    CHECK(violations("10.4.0.21") ==
          Lines{"two bindings of sql-server to a and b, which are one computer, both have sql-port = 1500",
                "two bindings of sql-server to a and b, which are one computer, both have service-broker-port = 4022"});
}
