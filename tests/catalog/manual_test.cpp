// The examples of the manual pages are complete: they load, and the first site of fwproof-site(5) asks for something.
#include <fstream>
#include <sstream>

#include "catalog/builders.hpp"
#include "fwproof/catalog/listing.hpp"

using namespace fwproof;
using namespace fwproof::testing;

namespace {

// The literal displays of a page, in order.
std::vector<std::string> examples(const std::string& page) {
    std::ifstream file(std::string(FWPROOF_ROOT) + "/man/" + page);
    REQUIRE(file.good());
    std::vector<std::string> blocks;
    bool inside = false;
    for (std::string text; std::getline(file, text);) {
        if (text == ".Bd -literal") {
            inside = true;
            blocks.emplace_back();
        } else if (text == ".Ed") {
            inside = false;
        } else if (inside) {
            blocks.back() += text + "\n";
        }
    }
    return blocks;
}

}  // namespace

TEST_CASE("the catalog of fwproof-catalog(5) loads and resolves") {
    const auto blocks = examples("fwproof-catalog.5");
    REQUIRE(blocks.size() == 1);
    const auto catalog = load_catalog(source("example.toml", blocks[0]));
    INFO(messages(catalog));
    REQUIRE(catalog.has_value());
    CHECK(catalog_items(**catalog).size() == 3);
    const Site site = site_of(
        "format = \"flow-site/1\"\nsite = {catalogs = [\"example-db\"]}\n"
        "[[bind]]\nrole = \"application\"\naddresses = [\"10.0.0.1\"]\n"
        "[[bind]]\nrole = \"database\"\naddresses = [\"10.0.0.2\"]\n");
    const std::vector<CatalogRef> catalogs = {*catalog};
    const auto resolution = resolve(catalogs, site);
    REQUIRE(resolution.has_value());
    CHECK(lines(*resolution) ==
          Lines{"10.0.0.1 > 10.0.0.2 tcp/5432 required", "10.0.0.1 > 10.0.0.2 tcp/5433 phase-over"});
}

TEST_CASE("the sites of fwproof-site(5) load and resolve") {
    const auto blocks = examples("fwproof-site.5");
    REQUIRE(blocks.size() == 2);
    CHECK(resolved(site_of(blocks[0])).requirements.size() == 6);
    const Site site = site_of(blocks[1]);
    CHECK(site.firewalls.size() == 2);
    CHECK(site.waivers.at(0).problem.empty());
    CHECK(lines(resolved(site), "ms-opsdb").size() == 14);
}
