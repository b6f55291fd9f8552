// Exports, already read, to policies.
#pragma once

#include <deque>
#include <vector>

#include "fwproof/analysis/crossing.hpp"
#include "fwproof/catalog/site.hpp"
#include "fwproof/vendor/vendor.hpp"

namespace fwproof::cli {

// The policies of several firewalls. What `loaded` refers to lives in `policies`, which never moves.
struct SitePolicies {
    std::deque<Policy> policies;
    std::vector<LoadedPolicy> loaded;
};

struct Export {
    Input input;
    LoadOptions options;
    std::string format;                      // empty: sniff
    const SiteFirewall* firewall = nullptr;  // of the site; null: none. Outlives the export.
};

// In the order of the exports, whatever the number of threads; an error for every export that is none, and for every
// interface that the site gives a firewall and its export does not have; likewise where the site calls a device
// stateless that is not.
Loaded<SitePolicies> load_exports(const std::vector<Export>& exports, std::size_t threads);

}  // namespace fwproof::cli
