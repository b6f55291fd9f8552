// Firewalls on the path: the source host's outbound rules, the transit devices between the two zones, the destination
// host's inbound rules.
#include "fwproof/analysis/crossing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "analysis/overlap.hpp"
#include "analysis/question.hpp"
#include "analysis/sides.hpp"
#include "analysis/transit_route.hpp"
#include "analysis/translations.hpp"
#include "analysis/way.hpp"
#include "fwproof/analysis/untracked.hpp"

namespace fwproof {

namespace {

Firewall unplaced(const LoadedPolicy& loaded) {
    Firewall firewall;
    firewall.id = loaded.firewall.empty() ? loaded.file : loaded.firewall;
    firewall.file = loaded.file;
    firewall.policy = loaded.policy;
    return firewall;
}

}  // namespace

Topology make_topology(const Site& site, std::span<const LoadedPolicy> policies) {
    Topology topology;
    topology.zones = site.zones;
    topology.paths = site.paths;
    for (const auto& loaded : policies) {
        Firewall firewall = unplaced(loaded);
        if (const SiteFirewall* placed = site.firewall(loaded.firewall); placed && !loaded.firewall.empty()) {
            firewall.placed = true;
            firewall.kind = placed->kind;
            firewall.host = placed->host;
            firewall.variant = placed->network_profile;
            firewall.zones = placed->zones;
            firewall.interfaces = placed->interfaces;
            firewall.stateful = placed->stateful;
            firewall.helpers = placed->helpers;
        }
        topology.firewalls.push_back(std::move(firewall));
    }
    return topology;
}

Topology make_topology(std::span<const LoadedPolicy> policies) {
    Topology topology;
    for (const auto& loaded : policies) topology.firewalls.push_back(unplaced(loaded));
    return topology;
}

namespace {

bool same_host(const Requirement& requirement) {
    const auto& from = requirement.from;
    const auto& to = requirement.to;
    if (from.anywhere || to.anywhere || from.external || to.external) return from.host == to.host && !from.network;
    if (from.host == to.host) return !from.network;
    if (from.network || to.network || !(*from.addresses == *to.addresses)) return false;
    return !from.addresses->empty();
}

// Where the rules of a device decide about replies, nothing that a site says of it lets them pass.
bool by_rules(const Firewall& firewall) {
    return firewall.policy->replies == ReplyHandling::by_rules || (firewall.stateful && !*firewall.stateful);
}

// The replies that meet the rules of that device; null: none.
ServiceSetRef replies_by_rules(const Firewall& firewall, Position position, const ServiceSetRef& replies) {
    if (by_rules(firewall)) return replies;
    const bool ports = firewall.policy->replies == ReplyHandling::tracked_ports;
    // What the device answers itself is its own matter.
    if (!ports || !replies || position != Position::transit) return nullptr;
    static const ProtocolSet kTracked = ProtocolSet::of(kTcp) | ProtocolSet::of(kUdp) | ProtocolSet::of(kSctp);
    ServiceSet left;
    for (ServiceTerm term : replies->terms) {
        term.protocols = term.protocols - kTracked;
        if (!term.protocols.empty()) left.terms.push_back(std::move(term));
    }
    return left.terms.empty() ? nullptr : share(std::move(left));
}

AddressSet set_of(std::string_view text) { return parse_address_set(text).value(); }

// Where an end can really be. An outside party is at addresses that are routed on the Internet (RFC 6890, RFC 4291),
// unless the site says that it is somewhere else: a rule against private sources takes nothing from "the Internet". A
// peer whose address nobody knows is some computer on a network: a rule for the loopback does not serve it.
AddressSet reachable(const Endpoint& end) {
    if (end.external) {
        static const AddressSet kRouted =
            (AddressSet::any4() | set_of("2000::/3")) -
            set_of(
                "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 "
                "192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3 2001:db8::/32");
        AddressSet open = *end.addresses & kRouted;
        if (!open.empty()) return open;
    }
    if (end.anywhere) return *end.addresses & computer_addresses();
    return *end.addresses;
}

// By which a host talks with a zone: any, where the site does not say.
InterfaceSet host_interfaces(const Firewall& firewall, const std::string& zone) {
    const auto named = firewall.interfaces.find(zone);
    if (named == firewall.interfaces.end()) return open_interfaces(*firewall.policy);
    InterfaceSet interfaces;
    interfaces.negated = false;
    for (const auto& name : named->second) interfaces.any_of.push_back({name, false});
    return interfaces;
}

// Packets for addresses of a device that packets pass, from where its zone or its routes bring them.
std::vector<Product> arriving(const Firewall& firewall, const std::string& from_zone, Product header) {
    header.out = InterfaceSet::none();
    if (!firewall.interfaces.contains(from_zone)) return Router(*firewall.policy).route(header, true, false);
    header.in = host_interfaces(firewall, from_zone);
    return {header};
}

std::vector<Product> products(const Firewall& firewall, Position position, const std::string& from_zone,
                              const AddressSet& from, const std::string& to_zone, const AddressSet& to,
                              const ServiceSetRef& services, State state) {
    Product header;
    header.services = services;
    header.states = state;
    if (position == Position::transit) return transit_products(firewall, from_zone, from, to_zone, to, header);
    header.source = share(from);
    header.destination = share(to);
    if (firewall.kind == FirewallKind::transit) return arriving(firewall, from_zone, std::move(header));
    header.in = position == Position::inbound ? host_interfaces(firewall, from_zone) : InterfaceSet::none();
    header.out = position == Position::outbound ? host_interfaces(firewall, to_zone) : InterfaceSet::none();
    return {header};
}

// Replies come back where diverted packets went, each part of a service its own way.
std::vector<Product> mirrored(const Firewall& firewall, const std::vector<Product>& question) {
    std::vector<Product> replies;
    for (Product product : question) {
        product.services = replies_by_rules(firewall, Position::transit, reply_services(product.services));
        if (!product.services) continue;
        std::swap(product.source, product.destination);
        std::swap(product.in, product.out);
        product.states = State::established;
        replies.push_back(std::move(product));
    }
    return replies;
}

bool passes_whole(const std::vector<Product>& question, const AddressSet& from, const AddressSet& to) {
    return question.size() == 1 && *question[0].source == from && *question[0].destination == to;
}

AddressSet own_addresses(const Policy& policy) {
    AddressSet own;
    for (const auto& interface : policy.interfaces) {
        for (const auto& address : interface.addresses) own = own | AddressSet::of(address);
    }
    return own;
}

}  // namespace

bool may_come_in(const Rule& rule, const std::vector<Product>& packets, bool destination) {
    const auto meets = [&](const Match& match) {
        return std::any_of(packets.begin(), packets.end(), [&](Product product) {
            if (!destination) product.destination = nullptr;
            product.services = nullptr;
            const auto& names = product.in.any_of;
            return overlap(match.header, product) &&
                   (product.in.negated || std::any_of(names.begin(), names.end(), [&](const InterfacePattern& one) {
                        return match.header.in.contains(one.name);
                    }));
        });
    };
    return std::any_of(rule.match.any_of.begin(), rule.match.any_of.end(), meets);
}

namespace {

bool names_host(const Endpoint& end) { return !end.network && !end.anywhere && !end.external; }

// Whether the path translates the destination of packets between these ends, if only of other services.
bool sends_on(const Policy& policy, const Path& path, const std::vector<Product>& packets) {
    for (const RulesetIndex index : reachable_rulesets(policy, path)) {
        for (const Rule& rule : policy.rulesets[index].rules) {
            const Translate* translate = translation_of(rule);
            if (!translate || !translate->destination.changes()) continue;
            if (may_come_in(rule, packets, true)) return true;
        }
    }
    return false;
}

// Adds one crossing for each path of that position.
class Finder {
public:
    Finder(const Topology& topology, const Requirement& requirement) : topology_(topology), requirement_(requirement) {}

    // `between`: the site says that the device stands between the ends.
    void add(std::size_t index, Position position, const std::string& from_zone, const std::string& to_zone,
             bool between) {
        const Firewall& firewall = topology_.firewalls[index];
        const Policy& policy = *firewall.policy;
        const AddressSet from = of_families(policy, reachable(requirement_.from));
        AddressSet to = of_families(policy, reachable(requirement_.to));
        const bool v4 = !from.v4.empty() && !to.v4.empty();
        const bool v6 = !from.v6.empty() && !to.v6.empty();
        if (!v4 && !v6) {
            silent_.push_back(firewall.id);
            return;
        }
        note_family(firewall, Family::v4, v4);
        note_family(firewall, Family::v6, v6);
        bool forwarded = false;
        const AddressSet own = position == Position::transit ? own_addresses(policy) & to : AddressSet();
        if (!own.empty() && names_host(requirement_.to)) {
            forwarded = add_forwards(index, from_zone, to_zone, from, own);
            const bool all = to.subset_of(own);
            if (!forwarded) for_device_ = fmt::format("{} is an address of {} itself", to_string(own), firewall.id);
            if (all) return;
            to = to - own;
        }
        const Sight sight{share(from), share(to), requirement_.services};
        const FamilySights families = by_family(sight);
        whole_ = whole_ && families.whole;
        if (families.sights.empty()) {
            spoken_ = false;
            return;
        }
        bool any = false;
        for (const auto& path : policy.paths) {
            if (path.position != position) continue;
            if (!firewall.variant.empty() && !path.variant.empty() && path.variant != firewall.variant) continue;
            Crossing crossing;
            crossing.firewall = index;
            crossing.path = &path;
            crossing.from_zone = from_zone;
            crossing.to_zone = to_zone;
            crossing = seen_as(topology_, crossing, {sight});
            Standing standing;
            standing.aside = crossing.question.empty();
            if (between) standing.turned = turned(crossing, from, to);
            any = true;
            if (standing.aside && !between) {
                if (!forwarded) aside_.push_back(std::move(crossing));
                continue;
            }
            result.crossings.push_back(std::move(crossing));
            standings.push_back(std::move(standing));
        }
        if (!any) {
            result.unchecked =
                fmt::format("the export of {} has no rules for {} traffic", firewall.id, to_string(position));
        }
    }

    // Behind the devices that these packets cross as they are.
    void add_aside() {
        for (auto& crossing : aside_) {
            result.crossings.push_back(std::move(crossing));
            standings.push_back({true, false, {}, false, {}});
        }
        aside_.clear();
    }

    // Says what could not be judged on the way.
    void finish(const std::string& unknown_way) {
        for (const auto& id : silent_) {
            bool covered = false;
            for (std::size_t i = 0; i < standings.size(); ++i) {
                const auto& firewall = topology_.firewalls[result.crossings[i].firewall];
                covered = covered || (!standings[i].aside && firewall.id == id);
            }
            if (covered) continue;
            result.unchecked = fmt::format("the export of {} does not cover the addresses of {} and {}", id,
                                           requirement_.from.host, requirement_.to.host);
        }
        for (const auto& [id, families] : asked_) {
            for (const auto& [family, covered] : families) {
                if (covered) continue;
                result.unchecked =
                    fmt::format("the export of {} says nothing about {}, by which {} and {} can talk too", id,
                                family == Family::v4 ? "IPv4" : "IPv6", requirement_.from.host, requirement_.to.host);
            }
        }
        const bool crosses = std::any_of(standings.begin(), standings.end(), [](const Standing& standing) {
            return !standing.aside || !standing.turned.empty();
        });
        if (!whole_ || (!spoken_ && !crosses)) {
            result.unchecked = fmt::format("{} has no counterpart in a family by which {} and {} can talk",
                                           requirement_.ports_text, requirement_.from.host, requirement_.to.host);
        }
        if (!for_device_.empty()) result.unchecked = for_device_;
        if (!unknown_way.empty()) result.unchecked = unknown_way;
        if (!crosses && result.unchecked.empty()) {
            result.unchecked =
                fmt::format("no export covers the path from {} to {}", requirement_.from.host, requirement_.to.host);
        }
    }

    CrossingResult result;
    std::vector<Standing> standings;  // of the crossings

private:
    // Ports of its own addresses that the device sends on: there the path into it is met. False: it does so with none.
    bool add_forwards(std::size_t index, const std::string& from_zone, const std::string& to_zone,
                      const AddressSet& from, const AddressSet& own) {
        const Policy& policy = *topology_.firewalls[index].policy;
        bool any = false;
        for (const auto& path : policy.paths) {
            if (path.position != Position::inbound) continue;
            Crossing crossing;
            crossing.firewall = index;
            crossing.path = &path;
            crossing.from_zone = from_zone;
            crossing.to_zone = to_zone;
            crossing = seen_as(topology_, crossing, {{share(from), share(own), requirement_.services}});
            if (!sends_on(policy, path, crossing.question)) continue;
            any = true;
            result.crossings.push_back(std::move(crossing));
            standings.emplace_back();
        }
        return any;
    }

    // Whom the site sees on two sides of a device, its routes must not see on one: then nobody knows what crosses it.
    std::string turned(const Crossing& crossing, const AddressSet& from, const AddressSet& to) const {
        const Firewall& firewall = topology_.firewalls[crossing.firewall];
        const auto open = [](const Endpoint& end) { return end.anywhere || end.external; };
        const bool none = crossing.question.empty();
        if (!none) {
            if (open(requirement_.from) || open(requirement_.to) || passes_whole(crossing.question, from, to))
                return {};
            if (!some_turn_back(firewall, crossing.from_zone, from, crossing.to_zone, to)) return {};
        }
        return fmt::format(
            "the routes of {} lead to {}{} and {} by one interface, and the site says that it stands between them",
            firewall.id, none ? "" : "a part of ", requirement_.from.host, requirement_.to.host);
    }

    // Whether the family by which both ends can talk is covered. A peer that may be anywhere need not have both.
    void note_family(const Firewall& firewall, Family family, bool covered) {
        const auto talks = [&](const Endpoint& end) {
            if (end.anywhere || end.external) return false;
            return family == Family::v4 ? !end.addresses->v4.empty() : !end.addresses->v6.empty();
        };
        if (!talks(requirement_.from) || !talks(requirement_.to)) return;
        bool& known = asked_[firewall.id][family];
        known = known || covered;
    }

    std::string for_device_;                               // why packets do not cross a device to which they are sent
    std::vector<Crossing> aside_;                          // of devices of which nobody says where they stand
    std::map<std::string, std::map<Family, bool>> asked_;  // by device: several exports may share it
    std::vector<std::string> silent_;                      // firewalls with an export of the other family
    bool whole_ = true;                                    // every type of ICMP exists in every family asked
    bool spoken_ = true;                                   // no firewall was left out for want of one
    const Topology& topology_;
    const Requirement& requirement_;
};

}  // namespace

bool operator==(const Sight& a, const Sight& b) {
    return *a.from == *b.from && *a.to == *b.to && *a.services == *b.services;
}

Crossing seen_as(const Topology& topology, const Crossing& crossing, std::vector<Sight> sights) {
    const Firewall& firewall = topology.firewalls[crossing.firewall];
    const Position position = crossing.path->position;
    Crossing made = crossing;
    made.question.clear();
    made.reply.clear();
    made.reply_by_rules = by_rules(firewall);
    std::vector<Sight> apart;
    for (const Sight& sight : sights) {
        auto each = by_family(sight).sights;
        apart.insert(apart.end(), std::make_move_iterator(each.begin()), std::make_move_iterator(each.end()));
    }
    for (const Sight& sight : apart) {
        const AddressSet from = of_families(*firewall.policy, *sight.from);
        const AddressSet to = of_families(*firewall.policy, *sight.to);
        if (from.empty() || to.empty()) continue;
        const ServiceSetRef client = client_services(first_packet_services(sight.services));
        const auto question =
            products(firewall, position, crossing.from_zone, from, crossing.to_zone, to, client, State::new_);
        made.question.insert(made.question.end(), question.begin(), question.end());
        const ServiceSetRef services = replies_by_rules(firewall, position, reply_services(client));
        if (!services) continue;
        const Position back = opposite(position);
        made.reply_by_rules = true;
        made.reply_path = firewall.policy->find_path(back, crossing.path->variant);
        const bool diverts = position == Position::transit && !firewall.policy->diversions.empty();
        const auto reply = diverts ? mirrored(firewall, question)
                                   : products(firewall, back, crossing.to_zone, to, crossing.from_zone, from, services,
                                              State::established);
        made.reply.insert(made.reply.end(), reply.begin(), reply.end());
    }
    made.reply = replies_as_seen(*firewall.policy, *crossing.path, std::move(made.reply));
    made.sights = std::move(sights);
    return made;
}

Way find_way(const Topology& topology, const Requirement& requirement) {
    Way way;
    way.found.same_host = same_host(requirement);
    if (way.found.same_host) return way;
    Finder finder(topology, requirement);
    const auto add_host = [&](const std::string& host, Position position) {
        for (std::size_t i = 0; i < topology.firewalls.size(); ++i) {
            const auto& firewall = topology.firewalls[i];
            if (firewall.placed && firewall.kind == FirewallKind::host && firewall.host == host) {
                finder.add(i, position, zone_of(topology, requirement.from), zone_of(topology, requirement.to), false);
            }
        }
    };
    add_host(requirement.from.host, Position::outbound);
    const TransitRoute route = transit_route(topology, requirement);
    for (const auto& step : route.steps) {
        finder.add(step.firewall, Position::transit, step.from_zone, step.to_zone, step.between);
    }
    finder.add_aside();
    add_host(requirement.to.host, Position::inbound);
    finder.finish(route.unknown);
    return {std::move(finder.result), std::move(finder.standings)};
}

CrossingResult find_crossings(const Topology& topology, const Requirement& requirement) {
    Way way = find_way(topology, requirement);
    std::vector<Crossing> crossed;
    for (std::size_t i = 0; i < way.standings.size(); ++i) {
        if (way.found.unchecked.empty()) way.found.unchecked = way.standings[i].turned;
        if (!way.standings[i].aside) crossed.push_back(std::move(way.found.crossings[i]));
    }
    way.found.crossings = std::move(crossed);
    return std::move(way.found);
}

}  // namespace fwproof
