// Everything that a check of required flows reads: catalogs, the site, the exports of its firewalls.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.hpp"
#include "cli/load_exports.hpp"
#include "cli/options.hpp"
#include "cli/stored.hpp"
#include "fwproof/catalog/catalog.hpp"
#include "fwproof/catalog/site.hpp"
#include "fwproof/policy/policy.hpp"

namespace fwproof::cli {

// Catalogs by id of a shipped one or by path of a file ("x.toml", "dir/x.toml"); paths are taken from `base`.
Loaded<std::vector<CatalogRef>> load_catalogs(const std::vector<std::string>& names, const std::string& base,
                                              World& world);
Loaded<std::vector<CatalogRef>> load_all_shipped();

// The site file and the catalogs that it names.
struct SiteFile {
    Site site;
    std::vector<CatalogRef> catalogs;
};
// `stored`: as that version of the repository has them; null: as they are on the disk. So of the functions below.
Loaded<SiteFile> read_site_file(const std::string& path, World& world, const StoredFiles* stored = nullptr);

// The vendor that has stores.
inline constexpr std::string_view kStoresFormat = "windows";

// What several stores of one Windows host say, each marked with its role. Paths are taken from `base`; `instead` as
// below.
Result<Input> read_stores(const HostStores& stores, const std::string& base, World& world,
                          const std::map<std::string, Input>& instead = {});

// How the exports of a firewall of the site are read: as `reading` says, and the site where it says more.
Result<LoadOptions> load_options(const SiteFirewall& firewall, const std::string& base, const Reading& reading,
                                 World& world, const StoredFiles* stored = nullptr);

// Export paths are taken from `base`; the options of the command line count where the site says nothing. `instead`:
// what to read in place of the files of these paths.
Loaded<SitePolicies> read_exports(const Site& site, const std::string& base, const Reading& reading, World& world,
                                  const std::map<std::string, Input>& instead = {},
                                  const StoredFiles* stored = nullptr);

// The rules of the export are about packets for the device itself, none about packets through it.
bool only_of_itself(const Policy& policy);

// `path` as seen from the current directory when it is written in a file that lies in `base` ("" is the current one).
std::string beside(const std::string& base, const std::string& path);

}  // namespace fwproof::cli
