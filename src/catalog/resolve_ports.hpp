// From a service's ports, which may name parameters and ranges, to numbers between two hosts.
#pragma once

#include <string>
#include <vector>

#include "catalog/resolve_settings.hpp"

namespace fwproof::catalog_resolve {

// Ports that are needed, or why they are not.
struct PortPart {
    PortSet ports;
    Need need = Need::required;  // required, not_selected or undetermined
    std::string reason;          // why not required, or what was assumed
    bool weaker = false;         // its absence is one level less than the service's
    bool dynamic_rpc = false;
    std::string restrictable_by;  // title of a parameter without a value that would narrow them; may be empty
    std::vector<Cite> cites;      // beside the service's
};

// Ports at the target. `sentences` takes what was assumed about a host.
std::vector<PortPart> resolve_ports(const Catalog& catalog, const Settings& settings,
                                    const std::vector<PortItem>& items, const Ends& ends,
                                    std::vector<std::string>& sentences);

}  // namespace fwproof::catalog_resolve
