// What the statements of one device say, before anything is looked up. Names and words are views into the source's
// text; places are stretches of it. Nothing here is expanded: a rule that names a group holds the name.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fwproof/base/address.hpp"
#include "fwproof/base/address_set.hpp"
#include "vendor/asa/entries.hpp"
#include "vendor/asa/statement.hpp"

namespace fwproof::asa {

struct AddressOperand {
    enum class Kind : std::uint8_t {
        unknown,  // not legible: may be any address
        any,
        any4,
        any6,
        host,          // first
        masked,        // IPv4: first, and the mask in `second`
        prefix,        // IPv6: first, and the length in `second`
        range,         // first to `second`, inclusive, of the family of first
        host_alias,    // name: a `name` statement
        masked_alias,  // name, and the mask in `second`
        object,
        group,      // name
        interface,  // name: the addresses of that interface
        fqdn,       // name; `second` is 4, 6 or 46
    };
    Kind kind = Kind::unknown;
    Address first;
    uint128 second = 0;
    std::string_view name;
    Place place;
};

struct PortOperand {
    enum class Kind : std::uint8_t { none, eq, neq, lt, gt, range, group, unknown };
    Kind kind = Kind::none;
    std::string_view first;   // a number, a port word, or the group's name
    std::string_view second;  // range only
    Place place;
};

struct IcmpOperand {
    enum class Kind : std::uint8_t { none, type, group, unknown };
    Kind kind = Kind::none;
    std::string_view type;  // a number, a type word, or the group's name
    std::string_view code;  // may be empty
    Place place;
};

struct ProtocolOperand {
    enum class Kind : std::uint8_t { unknown, ip, number, object, group };
    Kind kind = Kind::unknown;
    std::uint8_t number = 0;
    std::string_view name;
    Place place;
};

// A condition on the user, device group or zone at one end of a rule.
struct Qualifier {
    enum class Kind : std::uint8_t { user, security_group };
    Kind kind{};
    std::string_view text;  // as written
    Place place;
};

struct EndpointOperand {
    std::string_view zone;  // FTD `ifc`; empty: any
    AddressOperand address;
    std::vector<Qualifier> qualifiers;
};

// One line of an access list.
struct Ace {
    enum class Kind : std::uint8_t {
        rule,
        remark,
        unreadable
    };  // unreadable: `problem` says why; slots up to there are set
    enum class Action : std::uint8_t { unknown, permit, deny, trust };
    Kind kind = Kind::rule;
    Action action = Action::unknown;
    bool advanced = false;  // FTD
    bool shown = false;     // printed by `show access-list`, which adds counts
    bool logs = false;
    bool inactive = false;
    bool removed = false;  // by `no access-list`; still in AccessList::order until settle()
    enum class Presence : std::uint8_t {
        sure,
        perhaps_removed,  // by a `no` with another spelling
        perhaps_refused,  // it stands further down already
    };
    Presence presence = Presence::sure;
    // `object-group X object-group Y` at the end of a tcp or udp rule: X may be source ports or the destination. The
    // operands hold the second reading; `source_port` is left empty.
    bool two_readings = false;

    ProtocolOperand protocol;
    EndpointOperand source;
    EndpointOperand destination;
    PortOperand source_port;
    PortOperand destination_port;
    IcmpOperand icmp;

    std::string_view time_range;
    Place time_place;
    std::optional<std::uint32_t> rule_id;
    std::optional<std::uint64_t> hits;
    std::optional<std::uint32_t> number;  // `line N` in `show access-list`
    std::string_view remark;              // remark text
    std::unique_ptr<Problem> problem;
    std::vector<Ace> expansions;  // what `show access-list` prints below a rule with groups
    Place place;
};

enum class ListKind : std::uint8_t { unknown, extended, standard, ethertype, webtype };

struct AccessList {
    std::string_view name;
    bool ipv6 = false;  // `ipv6 access-list`, before 9.0
    ListKind kind = ListKind::unknown;
    Entries<Ace> entries;              // in the order of input; released as they are lowered
    bool has_rules = false;            // set with that: not only remarks
    std::vector<std::uint32_t> order;  // into entries, in the order of evaluation
    // Entries by what they say, filled up to `keyed` when a line is to be removed: scripts remove thousands.
    struct Keys {
        std::unordered_map<std::string, std::vector<std::uint32_t>> entries;
        std::size_t keyed = 0;
    };
    Keys by_meaning, by_rough_meaning;
    std::size_t removed = 0;  // entries of `order` that are removed
    bool has_inactive = false;
    std::optional<std::uint64_t> element_count;  // the header of `show access-list`
    std::uint64_t elements_seen = 0;
    Place place;  // the first statement

    // Takes removed entries out of `order`. Readers of `order` call it first.
    void settle() {
        if (removed > 0) std::erase_if(order, [&](std::uint32_t i) { return entries[i].removed; });
        removed = 0;
    }
};

// A member of a service object or of a service, protocol or ICMP group.
struct ServiceMember {
    enum class Kind : std::uint8_t { terms, object, group, unknown };
    Kind kind = Kind::terms;
    ProtocolOperand protocol;
    bool tcp_udp = false;  // `service-object tcp-udp`
    PortOperand source_port;
    PortOperand destination_port;
    IcmpOperand icmp;
    std::string_view name;  // object or group
    Place place;
};

enum class DefinitionKind : std::uint8_t {
    network_object,
    service_object,
    network_group,
    service_group,
    port_group,
    protocol_group,
    icmp_group,
    user_group,
    security_group,
    network_service_group,
    unknown,
};

// An object or a group. All of them share one namespace.
struct Definition {
    DefinitionKind kind = DefinitionKind::unknown;
    std::string_view name;
    bool tcp = false, udp = false;          // port groups
    std::vector<AddressOperand> addresses;  // an object has at most one
    std::vector<ServiceMember> services;
    std::vector<std::string_view> unresolved;  // members that no header shows, as written: users, tags, domains
    std::vector<Place> unreadable;             // members that were not understood
    bool conflicting = false;                  // a second definition with another kind
    Place place;
};

struct AccessGroup {
    enum class Direction : std::uint8_t { in, out, global, control_plane, unreadable };
    std::string_view list;
    std::string_view interface;
    Direction direction{};
    bool per_user_override = false;
    Place place;
};

// `ip address ... cluster-pool NAME`: each unit of a cluster has an address of its own from that pool.
struct ClusterPool {
    std::string_view name;
    Family family{};
    Place place;
};

struct InterfaceBlock {
    std::string_view hardware;
    std::string_view name;  // nameif; empty: carries no traffic
    std::string_view description;
    std::optional<int> level;
    std::vector<Address> addresses;
    std::vector<Prefix> networks;
    std::vector<Address> standby;  // of the other unit of a pair, which has this configuration too
    std::vector<ClusterPool> cluster_pools;
    AddressSet units;                         // of the units of a cluster, from those pools
    std::vector<Family> unknown_units;        // families in which the pool is not in the export
    bool dynamic4 = false, dynamic6 = false;  // DHCP, PPPoE, autoconfiguration
    bool no_address4 = false;                 // `no ip address`
    bool default4 = false, default6 = false;  // takes its default route from there (`setroute`, `default`)
    bool management_only = false;
    bool shut_down = false;
    std::optional<Place> policy_route;         // `policy-route route-map M`
    std::string_view policy_map;               // M
    std::string_view bridge_group;             // a member's number
    std::vector<std::string_view> no_forward;  // `no forward interface`: the hardware of others
    std::optional<Place> damaged;              // a line that may have been one of the above
    std::string_view zone;
    std::string_view channel;                 // `channel-group N`: a member of Port-channelN
    std::vector<std::string_view> hardwares;  // `member-interface`: of a Redundant interface
    Place place;
};

// `interface Tunnel1`, `interface Virtual-Template1 type tunnel`: whatever passes there was or will be in a tunnel.
inline bool is_tunnel_template(const InterfaceBlock& block) { return block.hardware.starts_with("Virtual-Template"); }
inline bool is_tunnel(const InterfaceBlock& block) {
    return block.hardware.starts_with("Tunnel") || is_tunnel_template(block);
}

// `interface Loopback0`: the device's own address, by which no packet comes in or goes out.
inline bool is_loopback(const InterfaceBlock& block) { return block.hardware.starts_with("Loopback"); }
// Whether packets that pass through the device may use it.
inline bool carries_transit(const InterfaceBlock& block) {
    return !block.shut_down && !block.management_only && !is_loopback(block);
}

struct RouteLine {
    std::string_view interface;
    AddressOperand destination;  // masked, prefix or masked_alias
    std::uint32_t distance = 1;  // of two routes to one network the nearer one is used
    Place place;
};

// One entry of a route-map, as far as it is about packets.
struct RouteMapEntry {
    std::string_view map;
    bool permit = true;
    std::uint32_t sequence = 10;
    std::vector<std::string_view> lists;  // `match ip address`; none: every packet
    std::vector<Address> next_hops;
    std::vector<std::string_view> interfaces;
    bool surely = true;      // false: perhaps to where the routes lead (`default`, a next hop that is watched)
    bool understood = true;  // false: what it takes, or where it sends it, is not known
    Place place;
};

// A statement by which the device may do something with packets that neither lists nor routes say.
struct Meddler {
    enum class Effect : std::uint8_t {
        drops,      // may drop them
        redirects,  // may send them elsewhere
        decides,    // may let them through or drop them, or change their addresses
    };
    Effect effect{};
    std::string_view interface;                                    // where they come in; empty: anywhere
    std::uint8_t protocol = 0;                                     // with `ports`
    std::optional<std::pair<std::uint16_t, std::uint16_t>> ports;  // destination ports, inclusive; nothing: any service
    AddressOperand source, destination;                            // Kind::any where nothing is said
    bool either_way = false;  // source and destination are those of the packets, or the other way round
    std::string_view what;    // "URL filter"
    Place place;
};

// `nat (real,mapped) ...` of 8.3 and later, in an object or on its own.
struct NatLine {
    enum class Section : std::uint8_t { manual, automatic, after_automatic };
    Section section{};
    std::string_view real_interface, mapped_interface;  // "any" for any
    bool is_static = false;
    bool inactive = false;
    bool unidirectional = false;
    AddressOperand real_source, mapped_source;
    bool has_destination = false;
    AddressOperand mapped_destination, real_destination;
    std::uint8_t service_protocol = 0;  // object NAT `service tcp 80 8080`
    std::string_view real_port, mapped_port;
    std::string_view real_service, mapped_service;  // twice NAT `service A B`: object names
    std::uint32_t number = 0;                       // where a script inserts the line among those of its section
    bool by_list = false;                           // `static ... access-list`: a list chooses the packets
    std::string_view list;                          // that list, or the one of `nat (...) access-list`
    bool route_lookup = false;
    std::unique_ptr<Problem> problem;
    Place place;
};

// `static`, `nat` and `global` before 8.3.
struct OldNatLine {
    enum class Kind : std::uint8_t { fixed, dynamic, global, exempt };
    Kind kind{};
    NatLine line;         // fixed: all of it; else interfaces, addresses and place
    std::string_view id;  // dynamic, global: what ties them together
    bool exact = true;    // the addresses were understood
};

// `ssh`, `telnet`, `http`, `icmp`, `ipv6 icmp`: who may talk to the device itself.
struct ManagementLine {
    enum class Kind : std::uint8_t { ssh, telnet, http, icmp, icmp6 };
    Kind kind{};
    bool permit = true;
    AddressOperand source;
    IcmpOperand icmp;
    std::string_view interface;
    Place place;
};

struct TimeRange {
    struct Absolute {
        std::optional<std::int64_t> start,
            end;  // minutes since 1970 on the device's clock; the end's minute belongs to it
    };
    struct Periodic {
        std::uint8_t days = 0;        // bit 0 Monday; for a span over days only the first day
        int start = 0, end = 0;       // minutes since midnight
        std::optional<int> last_day;  // 0 Monday
    };
    std::string_view name;
    std::optional<Absolute> absolute;
    std::vector<Periodic> periodic;
    bool unreadable = false;
    Place place;
};

}  // namespace fwproof::asa
