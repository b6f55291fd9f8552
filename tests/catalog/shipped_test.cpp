// The shipped catalogs against a compact record of what the documents state.
#include <fmt/format.h>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "catalog/builders.hpp"
#include "fwproof/catalog/listing.hpp"

using namespace fwproof;
using namespace fwproof::testing;

namespace {

std::string read(const std::string& path) {
    std::ifstream file(std::string(FWPROOF_ROOT) + "/" + path, std::ios::binary);
    INFO(path);
    REQUIRE(file.good());
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

// "34 tcp 1433", one an item, sorted by line; ports as the document prints them or as the catalog fills them in.
std::multiset<std::string> items_of(const Catalog& catalog) {
    std::multiset<std::string> lines;
    for (const CatalogItem& item : catalog_items(catalog)) {
        lines.insert(fmt::format("{} {} {} from {}", item.line, item.protocol, item.ports.empty() ? "-" : item.ports,
                                 item.source_ports));
    }
    return lines;
}

}  // namespace

TEST_CASE("every shipped catalog has exactly the items of its document") {
    for (const CatalogRef& catalog : all_shipped()) {
        std::multiset<std::string> expected;
        std::istringstream record(read("fixtures/catalog/" + catalog->id + "/items.txt"));
        for (std::string line; std::getline(record, line);) {
            if (!line.empty() && line[0] != '#') expected.insert(line);
        }
        const auto found = items_of(*catalog);
        INFO(catalog->id);
        for (const auto& item : expected) {
            INFO(item);
            CHECK(found.count(item) == expected.count(item));
        }
        for (const auto& item : found) {
            INFO(item);
            CHECK(expected.count(item) != 0);
        }
        CHECK(found.size() == expected.size());
    }
}

TEST_CASE("the number of items of each document is known") {
    std::map<std::string, std::size_t> counts;
    for (const CatalogRef& catalog : all_shipped()) counts[catalog->id] = catalog_items(*catalog).size();
    CHECK(counts == std::map<std::string, std::size_t>{
                        {"biztalk-admin", 19}, {"biztalk-bam", 24}, {"configmgr", 181}, {"mps", 34}, {"scom", 65}});
}

TEST_CASE("a shipped catalog is named like its file and loads from it too") {
    for (const EmbeddedCatalog& embedded : shipped_catalogs()) {
        const CatalogRef catalog = shipped(embedded.id);
        CHECK(catalog->id == embedded.id);
        CHECK(read("catalogs/" + std::string(embedded.file_name)) == embedded.text);
    }
    CHECK(find_shipped("scom.toml") == find_shipped("scom"));
    CHECK(find_shipped("nothing") == nullptr);
}

TEST_CASE("every role of a shipped catalog takes part in a flow") {
    for (const CatalogRef& catalog : all_shipped()) {
        for (const Role& role : catalog->roles) {
            INFO(catalog->id << " " << role.id);
            bool used = false;
            for (const CatalogFlow& flow : catalog->flows) {
                for (const auto& id : flow.from) used = used || id == role.id;
                for (const auto& id : flow.to) used = used || id == role.id;
            }
            CHECK(used);
        }
    }
}

TEST_CASE("the listing of a catalog in CSV has the promised columns") {
    const std::string csv = render_catalog_csv(*shipped("scom"));
    CHECK(csv.substr(0, csv.find('\r')) ==
          "catalog,flow,service,from,to,initiator,protocol,protocol_stated,source_ports,ports,icmp,phase,closable,"
          "feature,"
          "any_of,configurable,section,row,line");
    CHECK(csv.find(
              "\nscom,ms-opsdb,rpc,management-server,operations-manager-database,from,tcp,no,any,49152-65535,,install,"
              "yes,,,yes,Port assignments,1,34\r\n") != std::string::npos);
    CHECK(csv.find("\nscom,browser-webconsole,https,web-console-browser,web-console-server,from,tcp,no,any,443,,"
                   "install+runtime,no,web-console,web-console-http-or-ssl,yes,Port assignments,12,45\r\n") !=
          std::string::npos);
    CHECK(csv.find("\nscom,ms-netdev,icmp,management-server,network-device,either,icmp,yes,any,,,install+runtime,no,"
                   "network-device-monitoring,,no,Port assignments,4,37\r\n") != std::string::npos);
}
