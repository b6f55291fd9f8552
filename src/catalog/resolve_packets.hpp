// From one reading of an item between two hosts to requirements: one for each of its ports and protocols, led to a
// proxy or tied to its alternatives.
#pragma once

#include <string>
#include <vector>

#include "catalog/resolve_members.hpp"
#include "catalog/resolve_ports.hpp"

namespace fwproof::catalog_resolve {

class Packets {
public:
    // What is given outlives it; `resolution` takes the requirements.
    Packets(const Catalog& catalog, const Site& site, const Settings& settings, const Members& members,
            Resolution& resolution)
        : catalog_(catalog), site_(site), settings_(settings), members_(members), out_(resolution) {}

    // `requirement` says everything but the packets.
    void add(const Service& service, const Ends& ends, const std::vector<PortItem>& source_ports,
             Requirement requirement);
    void add_statements();

private:
    void add_proxy(const Service& service, const Ends& ends, Requirement& direct);
    PortSet source_ports(const std::vector<PortItem>& items, const Ends& ends);
    void add_ports(const Service& service, const Ends& ends, const std::vector<PortItem>& source_items,
                   const Requirement& requirement);
    void restrict_dynamic_rpc(const Ends& ends, std::vector<PortPart>& parts) const;
    void choose_member(const Service& service, const Ends& ends, const PortPart& part, Requirement requirement);
    void join_group(const std::string& id, const std::string& variant, const Ends& ends, Requirement requirement);
    void add_own_port(const AnyOf& group, const Service& service, const ParameterValue& value,
                      const Requirement& requirement);
    void add_companion_cites(const AnyOf& group, const Ends& ends, Requirement& requirement) const;
    void finish(Requirement requirement);

    const Catalog& catalog_;
    const Site& site_;
    const Settings& settings_;
    const Members& members_;
    Resolution& out_;
};

}  // namespace fwproof::catalog_resolve
