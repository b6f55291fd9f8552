// What a change does to the flows that products need.
#pragma once

#include <string>
#include <vector>

#include "cli/diff_report.hpp"
#include "cli/store_hosts.hpp"
#include "fwproof/catalog/site.hpp"

namespace fwproof::cli {

struct RequiredQuestion {
    std::string site;                // the site file; empty: no site is named any more
    std::string old_site;            // that of the version before; empty: the same
    bool asked = false;              // the user named it: then it is an error if no export of it is compared
    std::vector<std::string> names;  // OLD and NEW as given
    bool staged = false;
    std::vector<Waiver> waivers;  // of the project's settings
    Budget budget = {};
};

// "rules/edge.v4" of "HEAD:rules/edge.v4".
std::string without_revision(const std::string& name);

// The hosts of the site that several stores make. None, where there is no site or it cannot be read: compare_required
// says what is wrong with it.
std::vector<NamedHost> hosts_of_site(const RequiredQuestion& question, World& world);
// Whether a compared pair is the file that the site calls `path`.
bool is_file_of_site(const std::string& path, const VersionPair& pair, const RequiredQuestion& question);

// The site is checked twice: with its exports as they were before and as they are after; for what is staged also with
// the site file, its catalogs and its other exports as the last commit has them and as they are staged. What only
// another site of the version before required is required no more.
Loaded<RequiredDiff> compare_required(const RequiredQuestion& question, const VersionPairs& pairs,
                                      const VersionReading& reading, World& world);

}  // namespace fwproof::cli
