// Everything that one device's export says.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fwproof/base/note.hpp"
#include "vendor/asa/ast.hpp"

namespace fwproof::asa {

// "9.16(4)57" as numbers; only the order of releases matters here.
struct Version {
    int major = 0;
    int minor = 0;

    friend auto operator<=>(const Version&, const Version&) = default;
};

enum class ProductLine : std::uint8_t { unknown, asa, pix, fwsm, ftd };

struct Alias {
    std::string_view name;
    std::optional<Address> address;  // nothing: the statement's address is not one
    Place place;
};

// A place that uses a list for something else than filtering.
struct ListUse {
    std::string_view list;
    std::string_view what;  // "crypto map", "vpn-filter", "class-map"
};

// Where a service policy follows ICMP requests, so that their replies need no rule.
struct IcmpInspection {
    std::string_view interface;  // empty: every one
    std::string_view traffic_class;
    bool everything = true;  // the class takes all ICMP
    Place place;
};

// A statement by which tunnels end at an interface: `crypto map M interface IF`, `crypto ikev2 enable IF`, `enable IF`
// of `webvpn`.
struct TunnelDoor {
    std::string_view interface;
    std::string_view map;  // of a crypto map
    Place place;
};

// `ip local pool NAME FIRST-LAST`, `ipv6 local pool NAME FIRST/LENGTH COUNT`: what clients get. Both ends belong to it.
struct AddressPool {
    std::string_view name;
    Address first, last;
    Place place;
};

// What the lines of one number of a crypto map, or dynamic map, say of the remote side.
struct CryptoEntry {
    std::string_view map;
    std::string_view sequence;
    std::string_view list;                // `match address`; empty: whatever the peer asks for
    std::string_view dynamic;             // the dynamic map that stands here
    std::vector<std::string_view> peers;  // `set peer`
    bool reverse_route = false;
    Place place;
};

// `group-policy NAME attributes`.
struct GroupPolicy {
    std::optional<std::string_view> filter;  // `vpn-filter`: a list, or empty for none; nothing: that of DfltGrpPolicy
    bool external = false;                   // a server has the attributes
};

// `tunnel-group NAME general-attributes`; the group of a peer has its address for a name.
struct TunnelGroup {
    std::string_view policy;  // `default-group-policy`; empty: DfltGrpPolicy
    bool decided = true;      // false: a server may say another
};

struct CheckedSource {
    std::string_view interface;
    Place place;
};

// `aaa authentication|authorization match LIST IF SERVER`, `... include SERVICE IF ...`: such packets pass when their
// user has authenticated or is authorized, who may bring lists of his own.
struct UserRule {
    std::string_view list;  // empty for `include`
    std::string_view interface;
    bool authorization = false;  // `aaa authorization ...`
    Place place;
};

struct RoutingProcess {
    std::string_view protocol;  // "ospf", "bgp"
    bool v4 = true, v6 = false;
    Place place;
};

struct Config {
    const Source* source = nullptr;
    std::string hostname;
    std::string context;
    std::string version_text;
    std::optional<Version> version;
    ProductLine product = ProductLine::unknown;

    std::unordered_map<std::string_view, Alias> aliases;
    std::vector<Definition> definitions;
    std::unordered_map<std::string_view, std::size_t> definition_index;
    std::vector<AccessList> lists;
    std::unordered_map<std::string_view, std::size_t> list_index;   // access-list
    std::unordered_map<std::string_view, std::size_t> list6_index;  // ipv6 access-list
    std::vector<AccessList> shown_lists;                            // `show access-list`
    std::unordered_map<std::string_view, std::size_t> shown_index;
    std::vector<AccessGroup> access_groups;
    std::vector<InterfaceBlock> interfaces;
    std::vector<RouteLine> routes;
    std::vector<RouteMapEntry> route_maps;
    std::vector<Meddler> meddlers;
    std::vector<NatLine> nat;
    std::vector<OldNatLine> old_nat;
    std::vector<ManagementLine> management;
    std::vector<TimeRange> time_ranges;
    std::vector<ListUse> list_uses;

    std::optional<Place> same_level_between;  // same-security-traffic permit inter-interface
    std::optional<Place> same_level_within;   // same-security-traffic permit intra-interface
    bool vpn_bypass = true;                   // sysopt connection permit-vpn
    bool has_vpn = false;
    std::vector<TunnelDoor> vpn_ends;
    std::vector<AddressPool> pools;
    std::vector<CryptoEntry> crypto_entries;
    std::unordered_map<std::string_view, GroupPolicy> group_policies;
    std::unordered_map<std::string_view, TunnelGroup> tunnel_groups;
    std::string_view open_policy, open_group;  // whose attributes are being read
    bool maps_peers = false;                   // `tunnel-group-map`: certificates tell the group of a peer
    std::vector<TunnelDoor> web_doors;         // `enable IF` inside a block: the VPN portal's, if IF is an interface
    bool transparent = false;
    bool nat_control = false;
    std::vector<IcmpInspection> icmp_inspections;
    bool http_server = false;
    std::uint16_t http_port = 443;
    std::vector<CheckedSource> checked_sources;  // `ip verify reverse-path`
    std::vector<RoutingProcess> routing;         // `router ospf 1`, `ipv6 router ospf 1`
    std::vector<Place> established;
    std::vector<UserRule> user_rules;
    std::vector<std::string_view> droppers;  // statements by which modules and inspections drop what is permitted
    std::vector<std::string_view> bypasses;  // statements by which TCP needs no beginning
    std::optional<int> clock_offset;         // minutes east of UTC
    std::string_view clock_zone;             // a zone known by name alone; empty: the offset tells, or UTC
    bool summer_time = false;

    std::optional<Place> multicast_routing;
    bool allocates_contexts = false;  // the system's part of a device with several contexts
    std::optional<Place> cut;         // the last line of an export that is known to go on
    bool cut_bindings = false;        // and access-groups may have stood behind it
    bool whole = false;               // the marks of a complete configuration stand before and behind it

    std::size_t filter_statements = 0;  // statements that only a configuration of this family has
    std::vector<Note> notes;
};

}  // namespace fwproof::asa
