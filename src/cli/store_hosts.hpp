// Files of two versions that are stores of one Windows host: what they make together is compared, and not each alone.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/versions.hpp"
#include "fwproof/catalog/site.hpp"

namespace fwproof::cli {

// A host of the site, its stores by the paths that the site gives them, as seen from the current directory.
struct NamedHost {
    std::string firewall;  // its id
    HostStores stores;
};

// What a path of the site is among the compared files.
using IsFile = std::function<bool(const std::string& path, const VersionPair& pair)>;

// Joins stores of which one differs: those of a host that the site names, and those that are the only ones. Where
// stores of several hosts lie beside each other and nothing says whose each is, those that differ are not compared.
void join_stores(VersionPairs& pairs, const std::vector<NamedHost>& hosts, const IsFile& is_file,
                 const VersionReading& reading);

}  // namespace fwproof::cli
