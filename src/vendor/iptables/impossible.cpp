#include "vendor/iptables/impossible.hpp"

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "vendor/iptables/lower.hpp"

namespace fwproof::iptables {

namespace {

using Numbers = IntervalSet<std::uint64_t>;

// What the rules test.
struct Tested {
    bool states = false;
    bool reverse_path = false;
    bool extension_headers = false;
    bool broadcast = false;
    std::set<Field> fields;
    AddressSet last_of_networks;  // that rules name: broadcast addresses, where the networks are of one link
    bool more_networks = false;   // the rules name too many: the last ones are left out
};

// More networks than any host has.
constexpr std::size_t kMostNetworks = 4096;

// The last addresses of networks that rules name, each set of addresses looked at once.
class Networks {
public:
    void look(const AddressSetRef& set) {
        if (!set || !seen_.insert(set.get()).second) return;
        for (const auto& interval : set->v4.intervals()) {
            const std::uint32_t size = interval.last - interval.first;  // less one
            const bool network =
                size >= 3 && size < 0xffffff && (size & (size + 1)) == 0 && (interval.first & size) == 0;
            if (network && known_.insert(interval.last).second) last_.push_back({interval.last, interval.last});
        }
    }

    void tell(Tested& tested) {
        tested.more_networks = last_.size() > kMostNetworks;
        if (tested.more_networks) last_.resize(kMostNetworks);
        tested.last_of_networks.v4 = IntervalSet<std::uint32_t>(std::move(last_));
    }

private:
    std::unordered_set<const AddressSet*> seen_;
    std::unordered_set<std::uint32_t> known_;
    std::vector<Interval<std::uint32_t>> last_;
};

void look(Tested& tested, const Product& product) {
    tested.states = tested.states || !product.states.is_all();
    for (const auto& test : product.fields) {
        tested.fields.insert(test.field);
        const auto names = [&](std::uint64_t value, std::uint64_t other) {  // `other`: no rule has reason to
            return test.values.contains(value) != test.values.contains(other);
        };
        tested.broadcast = tested.broadcast || (test.field == Field::packet_type && names(1, 3)) ||
                           ((test.field == Field::destination_kind || test.field == Field::source_kind) &&
                            names(static_cast<std::uint64_t>(AddressKind::broadcast),
                                  static_cast<std::uint64_t>(AddressKind::anycast)));
        if (test.field != Field::opaque) continue;
        const auto tells = [&](std::uint64_t bit) {
            constexpr std::uint64_t kAll = kWrongWay | kExtensionHeader;
            return test.values.contains(0) != test.values.contains(bit) ||
                   test.values.contains(kAll) != test.values.contains(kAll - bit);
        };
        tested.reverse_path = tested.reverse_path || tells(kWrongWay);
        tested.extension_headers = tested.extension_headers || tells(kExtensionHeader);
    }
}

template <class Look>
void for_each_header(const Policy& policy, const Look& look_at) {
    for (const auto& ruleset : policy.rulesets) {
        for (const auto& rule : ruleset.rules) {
            for (const auto* matches : {&rule.match.any_of, &rule.match.outer}) {
                for (const auto& match : *matches) look_at(match.header);
            }
        }
    }
    for (const auto& path : policy.paths) {
        for (const auto& stage : path.stages) look_at(stage.guard);
    }
}

Tested tested_by(const Policy& policy) {
    Tested tested;
    for_each_header(policy, [&](const Product& header) { look(tested, header); });
    const auto tests = [&](Field field) { return tested.fields.contains(field); };
    if (!tests(Field::destination_kind) && !tests(Field::source_kind) && !tests(Field::packet_type)) return tested;
    Networks networks;
    for_each_header(policy, [&](const Product& header) {
        networks.look(header.source);
        networks.look(header.destination);
    });
    networks.tell(tested);
    return tested;
}

Product states_of(ServiceTerm term, StateSet states) {
    Product product;
    product.services = share(ServiceSet{{std::move(term)}});
    product.states = states;
    return product;
}

// Connection tracking with nf_conntrack_tcp_loose=1: a TCP connection begins with SYN or a bare ACK, PSH and URG beside
// it; of ICMP only requests begin one. Everything else is invalid unless it belongs to a known connection. Nothing is
// untracked by itself but the neighbour discovery and listener messages of ICMPv6.
void add_states(Policy& policy, Family family) {
    ServiceTerm tcp;
    tcp.protocols = ProtocolSet::of(kTcp);
    std::vector<Interval<std::uint8_t>> starts;
    for (unsigned byte = 0; byte < 256; ++byte) {
        const unsigned kind = byte & ~static_cast<unsigned>(kPsh | kUrg | kEce | kCwr);
        if (kind == kSyn || kind == kAck)
            starts.push_back({static_cast<std::uint8_t>(byte), static_cast<std::uint8_t>(byte)});
    }
    tcp.tcp_flags = IntervalSet<std::uint8_t>(std::move(starts)).complement();
    policy.impossible.push_back(states_of(tcp, State::new_));

    ServiceTerm icmp;
    if (family == Family::v4) {
        icmp.protocols = ProtocolSet::of(kIcmp);
        icmp.icmp = (icmp_type(8) | icmp_type(13) | icmp_type(15) | icmp_type(17)).complement();
        policy.impossible.push_back(states_of(icmp, State::new_));
        Product untracked;
        untracked.source = share(AddressSet::any4());
        untracked.states = State::untracked;
        policy.impossible.push_back(std::move(untracked));
        return;
    }
    IcmpSet untracked = icmp_type(143) | icmp_type(151) | icmp_type(152);
    for (std::uint8_t type = 130; type <= 136; ++type) untracked = untracked | icmp_type(type);
    icmp.protocols = ProtocolSet::of(kIcmp6);
    icmp.icmp = (icmp_type(128) | icmp_type(139)).complement();
    policy.impossible.push_back(states_of(icmp, State::new_));
    icmp.icmp = untracked;
    policy.impossible.push_back(states_of(icmp, StateSet(State::untracked).complement()));
    icmp.icmp = untracked.complement();
    policy.impossible.push_back(states_of(icmp, State::untracked));
    ServiceTerm rest;
    rest.protocols = ProtocolSet::of(kIcmp6).complement();
    Product product = states_of(rest, State::untracked);
    product.source = share(AddressSet::any6());
    policy.impossible.push_back(std::move(product));
}

struct Sides {
    AddressSet multicast, broadcast, loopback;
};

Sides sides(Family family) {
    if (family == Family::v4) {
        return {AddressSet::of(*parse_prefix("224.0.0.0/4")), AddressSet::of(*parse_prefix("255.255.255.255/32")),
                AddressSet::of(*parse_prefix("127.0.0.0/8"))};
    }
    return {AddressSet::of(*parse_prefix("ff00::/8")), {}, AddressSet::of(*parse_prefix("::1/128"))};
}

// `value` of `field` goes with the destinations in `where`, and with no others but those in `perhaps`; of packets that
// come in by `in`.
void tie(Policy& policy, Family family, Field field, std::uint64_t value, const AddressSet& where,
         const AddressSet& perhaps = {}, const InterfaceSet& in = {}) {
    const AddressSet all = AddressSet::any(family);
    if (!where.empty()) {
        Product other;
        other.in = in;
        other.destination = share(where);
        other.fields = {{field, Numbers::of(value).complement()}};
        policy.impossible.push_back(std::move(other));
    }
    Product elsewhere;
    elsewhere.in = in;
    elsewhere.destination = share(all - where - perhaps);
    elsewhere.fields = {{field, Numbers::of(value)}};
    policy.impossible.push_back(std::move(elsewhere));
}

Numbers kinds(std::initializer_list<AddressKind> list) {
    Numbers set;
    for (const auto kind : list) set = set | Numbers::of(static_cast<std::uint64_t>(kind));
    return set;
}

// What the routing of a family can say of an address. The table of local addresses, which IPv4 is looked up in, knows
// no other; of IPv6 the whole table is asked.
Numbers routed(Family family) {
    if (family == Family::v4) return kinds({AddressKind::unicast, AddressKind::local, AddressKind::broadcast});
    return kinds({AddressKind::unicast, AddressKind::local, AddressKind::anycast, AddressKind::unreachable});
}

void forbid(Policy& policy, Field field, Numbers values, InterfaceSet in = {}, InterfaceSet out = {}) {
    Product product;
    product.fields = {{field, std::move(values)}};
    product.in = std::move(in);
    product.out = std::move(out);
    policy.impossible.push_back(std::move(product));
}

// Whether what is sent to others may be delivered to this host (REDIRECT).
bool takes_in(const Policy& policy) {
    std::vector<bool> seen(policy.rulesets.size());
    std::vector<RulesetIndex> open;
    const auto enter = [&](RulesetIndex ruleset) {
        if (!seen[ruleset]) open.push_back(ruleset);
        seen[ruleset] = true;
    };
    for (const Stage& stage : policy.find_path(Position::inbound)->stages) enter(stage.ruleset);
    while (!open.empty()) {
        const RulesetIndex at = open.back();
        open.pop_back();
        for (const Rule& rule : policy.rulesets[at].rules) {
            const auto* translate = std::get_if<Translate>(&rule.action);
            if (translate && translate->to_this_device) return true;
            if (const auto* jump = std::get_if<Jump>(&rule.action)) enter(jump->to);
            if (const auto* go = std::get_if<Goto>(&rule.action)) enter(go->to);
        }
    }
    return false;
}

// Sources that may be the broadcast address of a network of this host. The kernel lets them in (fib_validate_source
// looks for addresses of its own alone) and forwards them. A host whose rules name no network has some all the same.
AddressSet broadcast_sources(const Tested& tested) {
    if (!tested.last_of_networks.empty()) return tested.last_of_networks;
    return *parse_address_set("10.255.255.255, 172.31.255.255, 192.168.255.255");
}

void add_kinds(Policy& policy, const Tested& tested, bool translates) {
    const InterfaceSet none = InterfaceSet::none();
    const InterfaceSet some{{{"", false}}, true};
    if (tested.fields.contains(Field::destination_kind)) {
        for (const Family family : policy.families) {
            const Sides side = sides(family);
            tie(policy, family, Field::destination_kind, static_cast<std::uint64_t>(AddressKind::multicast),
                side.multicast);
            const AddressSet perhaps = family == Family::v4 ? tested.last_of_networks : AddressSet{};
            tie(policy, family, Field::destination_kind, static_cast<std::uint64_t>(AddressKind::broadcast),
                side.broadcast, perhaps);
            if (!perhaps.empty()) {  // no router forwards what is sent to one
                Product passing;
                passing.destination = share(perhaps);
                passing.in = passing.out = some;
                passing.fields = {{Field::destination_kind, kinds({AddressKind::broadcast})}};
                policy.impossible.push_back(std::move(passing));
            }
            Product loopback;
            loopback.destination = share(side.loopback);
            loopback.fields = {{Field::destination_kind, kinds({AddressKind::local}).complement()}};
            policy.impossible.push_back(std::move(loopback));
            Product other;
            other.destination = share(AddressSet::any(family));
            other.fields = {{Field::destination_kind, (routed(family) | kinds({AddressKind::multicast})).complement()}};
            policy.impossible.push_back(std::move(other));
        }
        if (!takes_in(policy)) forbid(policy, Field::destination_kind, kinds({AddressKind::unicast}), some, none);
        // What is sent to this host passes on only where it is translated, with its connection.
        Product passing;
        passing.in = passing.out = some;
        passing.fields = {{Field::destination_kind, kinds({AddressKind::local})}};
        if (translates) passing.states = StateSet(State::invalid) | State::untracked;
        policy.impossible.push_back(std::move(passing));
    }
    if (tested.fields.contains(Field::source_kind)) {
        for (const Family family : policy.families) {
            const AddressSet zero = family == Family::v4 ? AddressSet::of(*parse_prefix("0.0.0.0/32")) : AddressSet{};
            const AddressSet perhaps = family == Family::v4 ? broadcast_sources(tested) : AddressSet{};
            Product other;
            other.source = share(AddressSet::any(family) - zero - perhaps);
            other.fields = {{Field::source_kind, (routed(family) - kinds({AddressKind::broadcast})).complement()}};
            policy.impossible.push_back(other);
            if (!perhaps.empty()) {
                other.source = share(perhaps);
                other.fields = {{Field::source_kind, routed(family).complement()}};
                policy.impossible.push_back(other);
                other.in = none;  // the host itself sends from no such address
                other.fields = {{Field::source_kind, kinds({AddressKind::broadcast})}};
                policy.impossible.push_back(std::move(other));
            }
            if (zero.empty()) continue;
            Product none_yet;  // who asks for an address
            none_yet.source = share(zero);
            none_yet.fields = {{Field::source_kind, kinds({AddressKind::broadcast}).complement()}};
            policy.impossible.push_back(none_yet);
            none_yet.fields.clear();  // no router passes it on
            none_yet.in = none_yet.out = some;
            policy.impossible.push_back(std::move(none_yet));
        }
        forbid(policy, Field::source_kind, kinds({AddressKind::local}),
               InterfaceSet{{{"", false}, {"lo", false}}, true});
        forbid(policy, Field::source_kind, kinds({AddressKind::unicast}), none);
    }
    if (tested.fields.contains(Field::packet_type)) {
        for (const Family family : policy.families) {
            const Sides side = sides(family);
            const AddressSet perhaps = family == Family::v4 ? tested.last_of_networks : AddressSet{};
            tie(policy, family, Field::packet_type, 2, side.multicast, {}, some);
            tie(policy, family, Field::packet_type, 1, side.broadcast, perhaps, some);
        }
        forbid(policy, Field::packet_type, Numbers::of(0).complement(), none);  // whatever the host itself sends
        forbid(policy, Field::packet_type, Numbers::range(3, Numbers::kMax));
    }
}

}  // namespace

void add_impossible(Policy& policy) {
    const Tested tested = tested_by(policy);
    if (tested.states) {
        for (const Family family : policy.families) add_states(policy, family);
    }
    if (tested.fields.contains(Field::fragment)) {
        forbid(policy, Field::fragment, Numbers::of(0).complement());
        policy.assumptions.emplace_back(
            "packets come whole: later fragments, which the rules treat otherwise, are left out");
    }
    if (tested.broadcast &&
        std::find(policy.families.begin(), policy.families.end(), Family::v4) != policy.families.end()) {
        std::string networks = "a network that the rules name";
        if (tested.more_networks)
            networks = "one of the first " + std::to_string(kMostNetworks) + " networks that rules name";
        if (tested.last_of_networks.empty() && tested.fields.contains(Field::source_kind))
            networks = "10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16 (the rules name no network)";
        policy.assumptions.push_back("a broadcast address is 255.255.255.255 or the last one of " + networks +
                                     ", and no other");
    }
    if (tested.fields.contains(Field::source_mac)) {  // neither loopback nor what the host itself sends has one
        for (const auto& in : {InterfaceSet::none(), InterfaceSet::of("lo")})
            forbid(policy, Field::source_mac, Numbers::of(kNoMac).complement(), in);
    }
    if (tested.fields.contains(Field::connection_direction)) {
        forbid(policy, Field::connection_direction, Numbers::range(2, Numbers::kMax));
    }
    if (tested.fields.contains(Field::opaque)) {
        forbid(policy, Field::opaque, Numbers::of(0).complement());
        if (tested.reverse_path) {
            policy.assumptions.emplace_back(
                "packets come in through the interface that leads back to their source (rpfilter)");
        }
        if (tested.extension_headers) {
            policy.assumptions.emplace_back("packets carry no extension headers of IPv6, which some rules look for");
        }
    }
    bool translates = false;
    for (const auto& ruleset : policy.rulesets) {
        for (const auto& rule : ruleset.rules)
            translates = translates || std::holds_alternative<Translate>(rule.action);
    }
    add_kinds(policy, tested, translates);
}

RuleMatch anything_unknown(std::string why) {
    RuleMatch match;
    match.conditional = true;
    match.conditions.push_back({ConditionKind::other, std::move(why), {}});
    return match;
}

}  // namespace fwproof::iptables
