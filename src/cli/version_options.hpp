// The options of a diff that say what a version is read with or consists of: sets, and the stores of a Windows host.
#pragma once

#include <string>
#include <vector>

#include "cli/options.hpp"
#include "cli/versions.hpp"

namespace fwproof::cli {

// --gpo, --mdm, --local, --old-gpo to --new-local, and --old-ipset, --new-ipset beside --ipset.
po::options_description version_options();

struct VersionOptions {
    VersionReading reading;
    // The host that the stores make before and after; nothing: no store is given, exports are compared.
    std::optional<VersionPairs> host;
};

// `names`: OLD and NEW, or none, or with `staged` the paths to look at. Stores are sought below OLD and NEW where they
// are given, in the last commit and the index with `staged`, else in the current directory; a name may be REV:path.
// Errors: a file that is in neither version, a version without a store, two local stores of one version.
Result<VersionOptions> read_version_options(const Arguments& arguments, const std::vector<std::string>& names,
                                            bool staged, World& world);

// A store of the version after as it was named, for the project that it lies in; empty: there is none.
std::string named_store(const Arguments& arguments);

}  // namespace fwproof::cli
