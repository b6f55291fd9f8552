// The keys of a hierarchy: sites, parents, and who is assigned to whom.
#include <fmt/format.h>

#include "catalog/builders.hpp"

using namespace fwproof;
using namespace fwproof::testing;

namespace {

std::string message(const std::string& catalog, const std::string& text) {
    const auto all = all_shipped();
    const Site site = site_of(top(catalog) + text);
    return messages(resolve(chosen_catalogs(site, all), site));
}

// "site-server at PO1: site-dp", of the roles that are bound elsewhere.
Lines lacking(const std::string& text) {
    Lines list;
    for (const UnboundRole& role : resolved(site_of(top("configmgr") + text)).unbound) {
        if (!role.site.empty())
            list.push_back(fmt::format("{} at {}: {}", role.role, role.site, fmt::join(role.flows, ", ")));
    }
    return list;
}

std::string placed(const std::string& role, const std::string& address, const std::string& site,
                   const std::string& parent = {}) {
    return role_at(role, address,
                   "site = \"" + site + "\"\n" + (parent.empty() ? "" : "parent = \"" + parent + "\"\n"));
}

}  // namespace

TEST_CASE("a parent at which nobody is bound is an error") {
    CHECK(message("configmgr",
                  placed("sql-server", "10.4.0.21", "P01") + placed("sql-server", "10.4.0.22", "C01", "P0l")) ==
          "site.toml:12:10: error: no host is bound to the parent site 'P0l'\n"
          "    parent = \"P0l\"\n"
          "             ^~~~~\n"
          "hint: did you mean 'P01'?\n");
    CHECK(
        message("configmgr", placed("sql-server", "10.4.0.21", "P01") + placed("sql-server", "10.4.0.22", "C01", "P01"))
            .empty());
}

TEST_CASE("who is assigned to a host without the role is assigned to nobody") {
    const std::string servers = role_at("management-server", "10.1.0.11") + role_at("gateway-server", "10.5.0.9") +
                                role_at("operations-manager-database", "10.2.0.21");
    CHECK(message("scom", servers + role_at("windows-agent", "10.20.0.1", "assigned-to = [\"10.2.0.21\"]\n")) ==
          "site.toml:16:15: error: host '10.2.0.21' plays no role that 'windows-agent' is assigned to\n"
          "    assigned-to = [\"10.2.0.21\"]\n"
          "                  ^~~~~~~~~~~~~\n"
          "hint: such roles are gateway-server, management-server\n");
    CHECK(message("scom", servers + role_at("windows-agent", "10.20.0.1", "assigned-to = [\"10.5.0.9\"]\n")).empty());
    CHECK(message("scom", servers + role_at("operations-console", "10.20.0.1", "assigned-to = [\"10.1.0.11\"]\n")) ==
          "site.toml:16:15: error: role 'operations-console' is assigned to no other\n"
          "    assigned-to = [\"10.1.0.11\"]\n"
          "                  ^~~~~~~~~~~~~\n"
          "hint: leave 'assigned-to' out\n");
}

TEST_CASE("a site without a role that its hosts need is said to lack it") {
    CHECK(lacking(placed("site-server", "10.4.0.10", "P01") + placed("distribution-point", "10.5.0.3", "PO1")) ==
          Lines{"distribution-point at P01: site-dp, dp-packages", "site-server at PO1: site-dp, dp-packages"});
    CHECK(lacking(placed("site-server", "10.4.0.10", "P01") + placed("distribution-point", "10.5.0.3", "P01")).empty());
    // A host that says no site belongs to all of them.
    CHECK(lacking(role_at("site-server", "10.4.0.10") + placed("distribution-point", "10.5.0.3", "PO1")).empty());
    // Neighbouring sites: only where there is a neighbour.
    CHECK(lacking(placed("sql-server", "10.4.0.21", "P01")).empty());
    CHECK(lacking(placed("sql-server", "10.4.0.21", "P01") + placed("site-server", "10.4.0.22", "C01", "P01")) ==
          Lines{"site-server at P01: site-site, site-sql, intrasite-sql, site-sql-listed",
                "sql-server at C01: site-sql, sql-sql, intersite-sql, intrasite-sql, site-sql-listed, sql-sql-listed"});
}
