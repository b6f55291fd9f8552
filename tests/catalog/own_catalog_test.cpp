// A catalog of another product, written from the manual page alone.
#include <fstream>
#include <sstream>

#include "catalog/builders.hpp"

using namespace fwproof;
using namespace fwproof::testing;

namespace {

SourceRef fixture(const std::string& name) {
    std::ifstream file(std::string(FWPROOF_ROOT) + "/fixtures/catalog/own/" + name, std::ios::binary);
    REQUIRE(file.good());
    std::ostringstream text;
    text << file.rdbuf();
    return source(name, text.str());
}

}  // namespace

TEST_CASE("a catalog of a user's own works like a shipped one") {
    const auto catalog = load_catalog(fixture("monitor.toml"));
    INFO(messages(catalog));
    REQUIRE(catalog.has_value());
    const auto site = load_site(fixture("site.toml"));
    INFO(messages(site));
    REQUIRE(site.has_value());
    const std::vector<CatalogRef> catalogs = {*catalog};
    CHECK(chosen_catalogs(*site, catalogs) == catalogs);
    const auto resolution = resolve(catalogs, *site);
    REQUIRE(resolution.has_value());
    CHECK(lines(*resolution) == Lines{"10.1.0.5 > 10.2.0.0/24 tcp/10050 required",
                                      "10.2.0.0/24 > 10.1.0.5 tcp/10051 required",
                                      "10.1.0.5 > 10.3.0.9 tcp/8081 phase-over"});
    Lines unbound;
    for (const UnboundRole& role : resolution->unbound) unbound.push_back(role.role);
    CHECK(unbound == Lines{"database", "proxy"});
}
