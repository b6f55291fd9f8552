// Which firewalls a required flow meets, where it meets them, and the packets it asks them to pass.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "fwproof/catalog/site.hpp"
#include "fwproof/policy/policy.hpp"
#include "fwproof/policy/routing.hpp"

namespace fwproof {

// One loaded policy and where it stands.
struct Firewall {
    std::string id;                  // as the site names it, else the name of the export
    std::string file;                // the export
    const Policy* policy = nullptr;  // never null
    bool placed = false;             // the site says where it stands; otherwise only its rules are looked at
    FirewallKind kind = FirewallKind::transit;
    std::string host;     // of a host firewall: the Endpoint::host that it protects
    std::string variant;  // which of several paths of one position counts ("domain"); empty: every one of them
    // Of a transit firewall: the zones it separates. Empty: whatever its interfaces and routes keep apart, and where
    // they do not say, everything.
    std::vector<std::pair<std::string, std::string>> zones;
    std::map<std::string, std::vector<std::string>> interfaces;  // zone id -> interface names
    std::optional<bool> stateful;      // false: replies meet the rules; nothing: as the policy says
    std::vector<std::string> helpers;  // protocols whose secondary connections it follows ("tftp")
};

struct Topology {
    std::vector<Firewall> firewalls;  // a site firewall whose export holds several devices appears once for each
    std::vector<Zone> zones;
    std::vector<SitePath> paths;  // where a path is declared it overrides what zones would say
};

// A loaded policy and the id of the site's firewall that it belongs to (empty: none).
struct LoadedPolicy {
    const Policy* policy = nullptr;  // outlives the topology
    std::string firewall;
    std::string file;
};

Topology make_topology(const Site& site, std::span<const LoadedPolicy> policies);
// Without a site: rules only.
Topology make_topology(std::span<const LoadedPolicy> policies);

// A flow as a device sees it, which devices before it may have given other addresses and ports.
struct Sight {
    AddressSetRef from, to;
    ServiceSetRef services;

    friend bool operator==(const Sight& a, const Sight& b);  // by value
};

// One meeting of a required flow with one path of one firewall.
struct Crossing {
    std::size_t firewall = 0;  // into Topology::firewalls
    const Path* path = nullptr;
    std::string from_zone, to_zone;         // on a transit device; may be empty
    std::vector<Sight> sights;              // at least one
    bool translated = false;                // the sights are not what the requirement says
    std::vector<std::string> translations;  // what this device and those before it do to the header, one sentence each
    // Of what the verdict here depends, "whether edge translates the source (edge.v4:7)": where it is not known which
    // packets reach the device, and where they leave it for somewhere else than the flow asks. May be empty.
    std::string doubt, arrival;
    std::vector<Product> question;  // the first packets of the flow as they enter the path
    // Where replies meet the rules: their path (null: the policy has none) and their first packets.
    bool reply_by_rules = false;
    const Path* reply_path = nullptr;
    std::vector<Product> reply;  // empty where the service has no replies (most ICMP types)
};

struct CrossingResult {
    std::vector<Crossing> crossings;
    bool same_host = false;  // both ends are one host: nothing to cross
    std::string unchecked;   // why nobody can say of the way, or of a part of it beside the crossings; else empty
};

CrossingResult find_crossings(const Topology& topology, const Requirement& requirement);
// The same crossing of packets that look otherwise. Its question is empty where they would not cross the device.
Crossing seen_as(const Topology& topology, const Crossing& crossing, std::vector<Sight> sights);

// Where packets come in and go out of a transit device, as its networks and routes say.
class Router {
public:
    explicit Router(const Policy& policy);  // the policy outlives it

    bool knows() const;
    // The header on each pair of interfaces that its addresses lead to; of an interface that is not asked for the
    // header's own stays. Packets that would leave where they came from are among them only where there are no others.
    // A header without an interface on one side (InterfaceSet::none) is for the device or from it.
    std::vector<Product> route(const Product& header, bool in, bool out) const;

private:
    const Policy& policy_;
    RoutingTable own_, from_, to_;
};

// All interfaces of the device by name, ascending. Nothing: it lists none, or rules test others too.
std::optional<InterfaceSet> listed_interfaces(const Policy& policy);

// Every address that one computer on a network can have: no loopback, multicast or unspecified one. Peers that may be
// anywhere are asked for at these.
const AddressSet& computer_addresses();

// First packets of new connections of the services: state new, TCP with SYN alone.
Product first_packets(AddressSetRef from, AddressSetRef to, const ServiceSetRef& services);

}  // namespace fwproof
