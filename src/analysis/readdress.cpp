// Device by device along the way: round k looks at the k-th crossing of every journey. All that meets one device in a
// round is asked of one evaluator. Where it is not decided which header packets leave with, the devices behind it are
// asked about the header as it was, and their crossings say why the answer is open.
#include "analysis/readdress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>

#include "analysis/overlap.hpp"
#include "analysis/sides.hpp"
#include "analysis/translations.hpp"
#include "fwproof/analysis/evaluate.hpp"

namespace fwproof {

namespace {

constexpr std::size_t kMostSights = 16;

bool translates_on(const Policy& policy, const Path& path) {
    for (const RulesetIndex index : reachable_rulesets(policy, path)) {
        const auto& rules = policy.rulesets[index].rules;
        if (std::any_of(rules.begin(), rules.end(), translation_of)) return true;
    }
    return false;
}

// The path without the stages that only decide: what becomes of packets that it denies, were they let through.
Path rewriting(const Policy& policy, const Path& path) {
    Path made = path;
    std::erase_if(made.stages, [&](const Stage& stage) {
        const auto reached = reachable_rulesets(policy, {path.position, path.variant, {stage}});
        return std::none_of(reached.begin(), reached.end(), [&](RulesetIndex index) {
            const auto& rules = policy.rulesets[index].rules;
            return std::any_of(rules.begin(), rules.end(), [](const Rule& rule) {
                return translation_of(rule) || (rule.enabled && std::holds_alternative<SetRegister>(rule.action));
            });
        });
    });
    return made;
}

using Part = Translate::Part Translate::*;

bool made_by(const Translate::Part& part, const RewrittenSide& side) {
    if (!part.changes()) return false;
    if (side.address) return part.address == side.address;
    if (side.block) return part.block == side.block;
    return side.address_unknown ? part.address_unknown : true;
}

// " (edge.v4:7)" of the rule that makes that of the packets; empty: its place is not known.
std::string place(const Policy& policy, const Path& path, const std::vector<Product>& packets, Part part,
                  const RewrittenSide& side) {
    for (const bool exactly : {true, false}) {
        for (const RulesetIndex index : reachable_rulesets(policy, path)) {
            for (const Rule& rule : policy.rulesets[index].rules) {
                const Translate* translate = translation_of(rule);
                if (!translate || !rule.span || !made_by((*translate).*part, side)) continue;
                const auto meets = [&](const Product& product) {
                    const auto& matches = rule.match.any_of;
                    return std::any_of(matches.begin(), matches.end(),
                                       [&](const Match& match) { return overlap(match.header, product); });
                };
                if (exactly && std::none_of(packets.begin(), packets.end(), meets)) continue;
                return fmt::format(" ({}:{})", rule.span.source->name(), rule.span.line());
            }
        }
    }
    return {};
}

AddressSetRef rewritten(const AddressSetRef& addresses, const RewrittenSide& side) {
    if (side.address) return share(AddressSet::of(*side.address));
    if (side.block) return share(addresses ? side.block->of(*addresses) : side.block->image());
    if (!side.address_unknown || !addresses) return addresses;
    AddressSet any;
    if (!addresses->v4.empty()) any = any | AddressSet::any4();
    if (!addresses->v6.empty()) any = any | AddressSet::any6();
    return share(std::move(any));
}

// What a side of these packets becomes, where its addresses change and are known.
AddressSetRef made_of(const std::vector<Product>& packets, bool source, const RewrittenSide& side) {
    if (side.address) return share(AddressSet::of(*side.address));
    if (!side.block) return nullptr;
    AddressSet made;
    for (const Product& product : packets)
        made = made | *rewritten(source ? product.source : product.destination, side);
    return share(std::move(made));
}

bool is_one(const AddressSet& set) {
    const auto& v4 = set.v4.intervals();
    const auto& v6 = set.v6.intervals();
    return v4.size() + v6.size() == 1 && (v4.empty() ? v6[0].first == v6[0].last : v4[0].first == v4[0].last);
}

AddressSet ends_of(const std::vector<Product>& packets, bool source) {
    AddressSet ends;
    for (const Product& product : packets) {
        const auto& addresses = source ? product.source : product.destination;
        ends = ends | (addresses ? *addresses : AddressSet::any());
    }
    return ends;
}

// The services as they leave. Ports that nobody can say are any.
ServiceSetRef rewritten(const ServiceSetRef& services, const Departure& departure) {
    const RewrittenSide& source = departure.source;
    const RewrittenSide& destination = departure.destination;
    if (!source.port && !source.port_unknown && !destination.port && !destination.port_unknown) return services;
    ServiceSet made = *services;
    for (ServiceTerm& term : made.terms) {
        if (source.port) term.source_ports = PortSet::of(*source.port);
        if (source.port_unknown) term.source_ports = PortSet::all();
        if (destination.port) term.destination_ports = PortSet::of(*destination.port);
        if (destination.port_unknown) term.destination_ports = PortSet::all();
    }
    return share(std::move(made));
}

bool same_ports(const ServiceSetRef& some, const ServiceSetRef& all) {
    PortSet a, b;
    for (const auto& term : some->terms) a = a | term.destination_ports;
    for (const auto& term : all->terms) b = b | term.destination_ports;
    return a == b;
}

// One device in one round.
class Translator {
public:
    Translator(const Topology& topology, std::span<const Requirement> requirements, std::size_t firewall)
        : topology_(topology),
          requirements_(requirements),
          firewall_(topology.firewalls[firewall]),
          policy_(*firewall_.policy) {}

    // Whether anything that takes this path may be rewritten.
    bool concerns(const Crossing& crossing) {
        const auto [known, fresh] = paths_.try_emplace(crossing.path);
        if (fresh) {
            Path way = *crossing.path;
            if (way.position != Position::inbound) {
                way.stages.insert(way.stages.end(), policy_.leaving.begin(), policy_.leaving.end());
            }
            if (translates_on(policy_, way)) {
                Path denied = rewriting(policy_, way);
                known->second = std::make_unique<Way>(Way{std::move(way), std::move(denied)});
            }
        }
        return known->second != nullptr;
    }

    void add(Journey& journey, std::size_t at) { met_.emplace_back(&journey, at); }

    void run(const Budget& budget) {
        if (met_.empty()) return;
        try {
            std::vector<Product> all;
            for (const auto& [journey, at] : met_) {
                const auto& question = journey->crossings[at].question;
                all.insert(all.end(), question.begin(), question.end());
            }
            std::vector<const Path*> ways;
            for (const auto& [path, way] : paths_) {
                if (way) ways.push_back(&way->whole);
            }
            const Nearby rules(policy_, ways, all);
            SpaceBuilder builder;
            add_values(builder, policy_, rules);
            for (const Product& product : all) builder.add(product);
            const Space space = builder.set_budget(budget).build();
            const Evaluator evaluator(policy_, space, space.from(all), rules);
            for (const auto& [journey, at] : met_) lead(evaluator, *journey, at);
        } catch (const OutOfBudget&) {
            for (const auto& [journey, at] : met_) {
                doubt(*journey, at, fmt::format("what {} translates, which takes more than the budget", firewall_.id));
            }
        }
    }

private:
    // The header behind this device is open, and with it what any later device sees.
    static void doubt(Journey& journey, std::size_t at, const std::string& why) {
        for (std::size_t next = at + 1; next < journey.crossings.size(); ++next) {
            Crossing& later = journey.crossings[next];
            if (later.doubt.empty() && !is_other_way(journey.crossings[at], later)) later.doubt = why;
        }
    }

    // Two devices between the same two zones stand beside or behind each other, nobody says which. In the middle of a
    // declared path the site says it, and no zones.
    bool beside(const Journey& journey, std::size_t i, std::size_t j) const {
        const Requirement& requirement = requirements_[journey.requirement];
        const Crossing& a = journey.crossings[i];
        const Crossing& b = journey.crossings[j];
        const bool zoned = !requirement.from.zone.empty() && !requirement.to.zone.empty();
        const bool in_order = (zoned && a.from_zone.empty() && a.to_zone.empty()) ||
                              journey.standings[i].behind != journey.standings[j].behind;
        return !in_order && a.firewall != b.firewall && a.path->position == Position::transit &&
               b.path->position == Position::transit && a.from_zone == b.from_zone && a.to_zone == b.to_zone;
    }

    // Packets pass the device, or are for one of its addresses, from where it sends them on.
    static bool is_other_way(const Crossing& a, const Crossing& b) {
        return a.firewall == b.firewall && a.path->position != b.path->position;
    }

    // Packets that are sent on from an address of the device may get another source on their way out, which their path
    // does not say.
    bool source_is_open(const Crossing& crossing) const {
        if (crossing.path->position != Position::inbound || firewall_.kind != FirewallKind::transit) return false;
        Path leaving;
        leaving.position = Position::transit;
        leaving.stages = policy_.leaving;
        for (const RulesetIndex index : reachable_rulesets(policy_, leaving)) {
            for (const Rule& rule : policy_.rulesets[index].rules) {
                const Translate* translate = translation_of(rule);
                if (!translate || !translate->source.changes()) continue;
                if (may_come_in(rule, crossing.question, false)) return true;
            }
        }
        return false;
    }

    void lead(const Evaluator& evaluator, Journey& journey, std::size_t at) {
        Crossing& crossing = journey.crossings[at];
        const Path& way = paths_.at(crossing.path)->whole;
        for (const bool source : {true, false}) know_at_one(evaluator, journey, at, source);
        const PacketSet question = evaluator.space().from(crossing.question) & evaluator.occurring();
        auto departures = evaluator.departures(way, question);
        answer_from(crossing, departures, journey.reply_doubts[at]);
        const bool denied = departures.empty() && !question.empty();
        if (denied) {
            departures = evaluator.departures(paths_.at(crossing.path)->denied, question);
            if (departures.empty()) {
                return doubt(journey, at, fmt::format("what {} makes of packets that it stops", firewall_.id));
            }
        }
        const auto moved = std::find_if(departures.begin(), departures.end(), [](const Departure& departure) {
            return departure.source != RewrittenSide() || departure.destination != RewrittenSide();
        });
        if (moved == departures.end()) return;
        const auto at_place = [&](const Departure& departure, bool source) {
            return place(policy_, way, crossing.question, source ? &Translate::source : &Translate::destination,
                         source ? departure.source : departure.destination);
        };
        const auto end_of = [](bool source) { return source ? "source" : "destination"; };
        const bool source_moved = moved->source != RewrittenSide();
        for (std::size_t i = 0; i < journey.crossings.size(); ++i) {
            Crossing& other = journey.crossings[i];
            if (!other.doubt.empty() || journey.standings[i].aside || !beside(journey, at, i)) continue;
            other.doubt = fmt::format("whether packets have passed {}, which translates the {}{}", firewall_.id,
                                      end_of(source_moved), at_place(*moved, source_moved));
        }
        // Interfaces are open: the same packet may leave in one header by one and in another by another.
        PacketSet seen = evaluator.space().empty();
        for (const Departure& departure : departures) {
            const PacketSet packets = departure.packets.for_some_interface();
            if (packets.intersects(seen)) {
                return doubt(journey, at,
                             fmt::format("whether {} translates the {}{}", firewall_.id, end_of(source_moved),
                                         at_place(*moved, source_moved)));
            }
            seen = seen | packets;
        }
        std::vector<Sight> sights;
        std::vector<AddressSetRef> arrivals;  // by departure
        std::vector<std::string> translations = crossing.translations;
        for (const Departure& departure : departures) {
            const auto parts = departure.packets.for_some_interface().products(kMostSights);
            for (const bool source : {true, false}) {
                const RewrittenSide& side = source ? departure.source : departure.destination;
                if (side == RewrittenSide()) continue;
                if (side.address_unknown || (!source && side.port_unknown)) {
                    return doubt(journey, at,
                                 fmt::format("what {} makes of the {}{}", firewall_.id, end_of(source),
                                             at_place(departure, source)));
                }
                const auto made = made_of(parts.complete ? parts.products : std::vector{Product()}, source, side);
                if (!made) continue;
                translations.push_back(fmt::format("{} translates the {} to {}{}", firewall_.id, end_of(source),
                                                   to_string(*made), at_place(departure, source)));
                // The rules of a device that denies have met the destination alone.
                if (!denied || !source) crossing.translations.push_back(translations.back());
            }
            if (!parts.complete) {
                return doubt(journey, at, fmt::format("how {} translates these packets", firewall_.id));
            }
            arrivals.push_back(made_of(parts.products, false, departure.destination));
            for (const Product& part : parts.products) add_sight(crossing, part, departure, sights);
        }
        // Once it is known which devices the packets meet further on.
        const auto arrived = [&] {
            for (std::size_t i = 0; i < departures.size(); ++i)
                arrive(journey, at, departures[i], arrivals[i], at_place(departures[i], false));
        };
        if (source_is_open(crossing)) {
            arrived();
            return doubt(journey, at, fmt::format("what {} makes of the source", firewall_.id));
        }
        const std::string& host = requirements_[journey.requirement].to.host;
        for (std::size_t i = at + 1; i < journey.crossings.size(); ++i) {
            const auto& standing = journey.standings[i];
            if (!is_other_way(crossing, journey.crossings[i]) || standing.unused || standing.aside) continue;
            arrived();
            return doubt(journey, at,
                         fmt::format("at which of its addresses {} is reached across {}", host, firewall_.id));
        }
        for (std::size_t next = at + 1; next < journey.crossings.size(); ++next) {
            if (journey.crossings[next].doubt.empty() && !journey.standings[next].unused) {
                send_on(translations, sights, journey.crossings[next], journey.standings[next]);
            }
        }
        arrived();
    }

    // Of several addresses of one host this device may make one of another: on the one side the host is known at the
    // first, on the other at the second, and packets are asked about there alone.
    void know_at_one(const Evaluator& evaluator, Journey& journey, std::size_t at, bool source) const {
        Crossing& crossing = journey.crossings[at];
        const Requirement& requirement = requirements_[journey.requirement];
        const Endpoint& end = source ? requirement.from : requirement.to;
        if (firewall_.kind != FirewallKind::transit || end.network || end.anywhere || end.external) return;
        if (is_one(*end.addresses)) return;
        const PacketSet question = evaluator.space().from(crossing.question) & evaluator.occurring();
        PacketSet moved = evaluator.space().empty(), others = moved;
        AddressSet known, made;
        for (const auto& departure : evaluator.departures(paths_.at(crossing.path)->denied, question)) {
            const RewrittenSide& side = source ? departure.source : departure.destination;
            const auto parts = departure.packets.for_some_interface().products(kMostSights);
            if (!parts.complete) return;
            const auto to = made_of(parts.products, source, side);
            const bool within = to && to->subset_of(*end.addresses);
            (within ? moved : others) = (within ? moved : others) | departure.packets;
            if (!within) continue;
            known = known | ends_of(parts.products, source);
            made = made | *to;
        }
        const auto rest = ((question - moved) | others).for_some_interface().products(kMostSights);
        AddressSet gone = made - known;
        if (gone.empty() || !rest.complete || !(ends_of(rest.products, source) & known).empty()) return;
        for (std::size_t i = 0; i < journey.crossings.size(); ++i) {
            const bool other_way = is_other_way(crossing, journey.crossings[i]);
            if (i > at && !other_way) continue;
            if (i != at && beside(journey, at, i)) continue;
            const bool left = leave_out(journey.crossings[i], journey.standings[i], gone, source);
            if (other_way) journey.standings[i].unused = !left;
        }
        journey.standings[at].assumed.push_back(fmt::format("{} {} {}, not {} {}, across {}", end.host,
                                                            source ? "sends from" : "is reached at", to_string(known),
                                                            source ? "from" : "at", to_string(gone), firewall_.id));
    }

    // False: nothing else is asked for.
    bool leave_out(Crossing& crossing, Standing& standing, const AddressSet& gone, bool source) const {
        std::vector<Sight> sights;
        for (Sight sight : crossing.sights) {
            AddressSetRef& end = source ? sight.from : sight.to;
            AddressSet left = *end - gone;
            if (left.empty()) continue;
            end = share(std::move(left));
            sights.push_back(std::move(sight));
        }
        if (sights.empty()) return false;
        crossing = seen_as(topology_, crossing, std::move(sights));
        if (!crossing.question.empty() && !some_turn_back(crossing)) standing.turned.clear();
        return true;
    }

    // Replies come from where this device sent the packets. What it makes of their source is undone before the rules
    // see the reply.
    void answer_from(Crossing& crossing, const std::vector<Departure>& departures, std::string& open) const {
        if (!crossing.reply_by_rules || crossing.reply.empty()) return;
        if (departures.empty()) open = fmt::format("where {} sends these packets", firewall_.id);
        std::map<RewrittenSide, PacketSet> sent;
        bool moved = false;
        for (const Departure& departure : departures) {
            const PacketSet packets = departure.packets.for_some_interface();
            const auto [known, fresh] = sent.emplace(departure.destination, packets);
            if (!fresh) known->second = known->second | packets;
            moved = moved || departure.destination != RewrittenSide();
        }
        if (!moved) return;
        const auto doubt = [&](std::string_view question, const RewrittenSide& to) {
            if (!open.empty()) return;
            open = fmt::format(
                "{} the destination{}", question,
                place(policy_, paths_.at(crossing.path)->whole, crossing.question, &Translate::destination, to));
        };
        std::vector<Sight> sights;
        std::optional<PacketSet> seen;
        for (const auto& [to, packets] : sent) {
            // What a host sends on to others is answered by them.
            if (crossing.path->position == Position::inbound && (to.address || to.block)) continue;
            if (to.address_unknown || to.port_unknown) doubt(fmt::format("what {} makes of", firewall_.id), to);
            if (seen && seen->intersects(packets)) doubt(fmt::format("whether {} translates", firewall_.id), to);
            seen = seen ? *seen | packets : packets;
            Departure inside;
            inside.destination = to;
            const auto parts = packets.products(kMostSights);
            if (parts.complete) {
                for (const Product& part : parts.products) add_sight(crossing, part, inside, sights);
            } else {
                doubt(fmt::format("how {} translates", firewall_.id), to);
                for (const Sight& whole : crossing.sights)
                    sights.push_back({whole.from, rewritten(whole.to, to), rewritten(whole.services, inside)});
            }
        }
        if (sights.empty()) return crossing.reply.clear();
        auto replies = seen_as(topology_, crossing, std::move(sights)).reply;
        if (replies.empty()) return doubt(fmt::format("where {} sends", firewall_.id), {});
        crossing.reply = std::move(replies);
    }

    void send_on(const std::vector<std::string>& translations, std::vector<Sight> sights, Crossing& later,
                 Standing& standing) const {
        // What this device's export says nothing about goes on as it was.
        for (const Sight& before : later.sights) {
            AddressSet from = *before.from - of_families(policy_, *before.from);
            AddressSet to = *before.to - of_families(policy_, *before.to);
            if (from.empty() || to.empty()) continue;
            sights.push_back({share(std::move(from)), share(std::move(to)), before.services});
        }
        later = seen_as(topology_, later, std::move(sights));
        if (standing.aside && later.question.empty()) return;
        standing.behind = standing.behind || standing.aside;
        standing.aside = false;
        if (!some_turn_back(later)) standing.turned.clear();
        later.translated = true;
        later.translations = translations;
        if (later.question.empty()) later.doubt = fmt::format("where {} sends these packets", firewall_.id);
    }

    bool some_turn_back(const Crossing& crossing) const {
        const Firewall& firewall = topology_.firewalls[crossing.firewall];
        return std::any_of(crossing.sights.begin(), crossing.sights.end(), [&](const Sight& sight) {
            return fwproof::some_turn_back(firewall, crossing.from_zone, *sight.from, crossing.to_zone, *sight.to);
        });
    }

    void add_sight(const Crossing& crossing, const Product& part, const Departure& departure,
                   std::vector<Sight>& sights) const {
        Sight sight{rewritten(part.source, departure.source), rewritten(part.destination, departure.destination),
                    part.services};
        // As the requirement words them, where the part is not about some of its ports.
        if (!part.services || same_ports(part.services, crossing.sights.front().services))
            sight.services = crossing.sights.front().services;
        sight.services = rewritten(sight.services, departure);
        if (std::find(sights.begin(), sights.end(), sight) == sights.end()) sights.push_back(std::move(sight));
    }

    // A flow that ends somewhere else than required, unless a later device sends it back.
    void arrive(Journey& journey, std::size_t at, const Departure& departure, const AddressSetRef& addresses,
                const std::string& where) const {
        bool last = true;
        for (std::size_t i = at + 1; i < journey.crossings.size(); ++i) {
            const std::size_t other = journey.crossings[i].firewall;
            if (other == journey.crossings[at].firewall || journey.standings[i].aside || journey.standings[i].unused)
                continue;
            last = last && !translates(*topology_.firewalls[other].policy);
        }
        Crossing& crossing = journey.crossings[at];
        if (!last || (firewall_.kind == FirewallKind::host && crossing.path->position == Position::inbound)) return;
        const Requirement& requirement = requirements_[journey.requirement];
        const RewrittenSide& to = departure.destination;
        if (addresses && !addresses->subset_of(*requirement.to.addresses)) {
            crossing.arrival = fmt::format("whether {}, to which {} translates the destination{}, is {}",
                                           to_string(*addresses), firewall_.id, where, requirement.to.host);
        } else if (to.port &&
                   std::none_of(requirement.services->terms.begin(), requirement.services->terms.end(),
                                [&](const ServiceTerm& term) { return term.destination_ports.contains(*to.port); })) {
            crossing.arrival = fmt::format("whether {} listens on port {}, to which {} translates the destination{}",
                                           requirement.to.host, *to.port, firewall_.id, where);
        }
    }

    struct Way {
        Path whole;   // with what packets meet behind it
        Path denied;  // what rewrites packets that it denies
    };

    const Topology& topology_;
    std::span<const Requirement> requirements_;
    const Firewall& firewall_;
    const Policy& policy_;
    std::map<const Path*, std::unique_ptr<Way>> paths_;  // null: nothing is rewritten
    std::vector<std::pair<Journey*, std::size_t>> met_;
};

}  // namespace

std::vector<std::string> rewritten_text(const Firewall& firewall, const Path& path, const Departure& departure,
                                        std::size_t limit) {
    std::vector<std::string> texts;
    const auto packets = departure.packets.for_some_interface().products(limit).products;
    for (const bool source : {false, true}) {
        const RewrittenSide& side = source ? departure.source : departure.destination;
        const auto made = made_of(packets, source, side);
        if (!made && !side.address_unknown) continue;
        const AddressSet before = ends_of(packets, source);
        texts.push_back(fmt::format(
            "{} translates the {} {} to {}{}", firewall.id, source ? "source" : "destination", to_string(before),
            made ? to_string(*made) : "an address that is not known",
            place(*firewall.policy, path, packets, source ? &Translate::source : &Translate::destination, side)));
    }
    return texts;
}

void readdress(const Topology& topology, std::span<const Requirement> requirements, const Budget& budget,
               std::vector<Journey>& journeys) {
    const auto& firewalls = topology.firewalls;
    if (std::none_of(firewalls.begin(), firewalls.end(), [](const Firewall& f) { return translates(*f.policy); }))
        return;
    std::size_t rounds = 0;
    for (const Journey& journey : journeys) rounds = std::max(rounds, journey.crossings.size());
    for (std::size_t round = 0; round < rounds; ++round) {
        std::map<std::size_t, Translator> translators;
        for (Journey& journey : journeys) {
            // Replies go the way of their connection.
            if (journey.crossings.size() <= round || requirements[journey.requirement].reply_only) continue;
            const Crossing& crossing = journey.crossings[round];
            const auto at = translators.try_emplace(crossing.firewall, topology, requirements, crossing.firewall).first;
            const Standing& standing = journey.standings[round];
            if (standing.aside || standing.unused || !crossing.doubt.empty()) continue;
            if (at->second.concerns(crossing)) at->second.add(journey, round);
        }
        for (auto& [firewall, translator] : translators) translator.run(budget);
    }
}

}  // namespace fwproof
