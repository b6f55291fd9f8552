// Each header is asked on both sides where that version sends it: the answers are compared with the interfaces left
// out, and the packets shown are those of the version after.
#include "analysis/compare_routes.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/deciders.hpp"
#include "analysis/sides.hpp"
#include "fwproof/analysis/crossing.hpp"
#include "fwproof/base/notation.hpp"

namespace fwproof {

namespace {

constexpr std::size_t kMostPairs = 100'000;  // of ways before and after
constexpr std::size_t kMostSingle = 64;      // of the interfaces that one such pair names

// Both ends have addresses of one family.
bool can_talk(const Product& header) {
    const AddressSet from = header.source ? *header.source : AddressSet::any();
    const AddressSet to = header.destination ? *header.destination : AddressSet::any();
    return (!from.v4.empty() && !to.v4.empty()) || (!from.v6.empty() && !to.v6.empty());
}

// Every name of `part` is one of `whole`, where `part` lists names.
bool within(const InterfaceSet& part, const InterfaceSet& whole) {
    return part == whole || (!part.negated && std::all_of(part.any_of.begin(), part.any_of.end(), [&](const auto& one) {
               return !one.prefix && whole.contains(one.name);
           }));
}

// The same headers by one way before and by another after.
struct Moved {
    Product before, after;
    // One version may also send them another way: what it does with them is not known. At most one is set.
    bool open_before = false, open_after = false;
};

struct Ways {
    std::vector<Moved> moved;
    std::string unclear;
};

bool share_ends(const Product& a, const Product& b) {
    Product both;
    both.source = common(a.source, b.source);
    both.destination = common(a.destination, b.destination);
    return can_talk(both);
}

// Some of its packets may also come or leave by another of the ways.
bool has_other_way(const Product& way, const std::vector<Product>& ways) {
    return std::any_of(ways.begin(), ways.end(), [&](const Product& other) {
        return !(other.in == way.in && other.out == way.out) && share_ends(way, other);
    });
}

std::vector<Product> ways_of(const Policy& policy, Position position, const Product& question) {
    if (!Router(policy).knows()) return {};
    Product header;
    header.source = question.source;
    header.destination = question.destination;
    if (position == Position::inbound) header.out = InterfaceSet::none();
    if (position == Position::outbound) header.in = InterfaceSet::none();
    return every_way(policy, header, position != Position::outbound, position != Position::inbound);
}

// Whether these ends may take this way as well.
bool takes(const std::vector<Product>& ways, const Product& way, const Product& ends) {
    const auto covers = [](const AddressSetRef& whole, const AddressSetRef& part) {
        return !whole || (part && part->subset_of(*whole));
    };
    return std::any_of(ways.begin(), ways.end(), [&](const Product& one) {
        if (!(one.in == way.in && one.out == way.out) || !covers(one.source, ends.source) ||
            !covers(one.destination, ends.destination))
            return false;
        Product other = one;
        other.source = way.source;
        other.destination = way.destination;
        return other == way;
    });
}

bool same_ways(const Policy& before, const Policy& after) {
    const auto route = [](const Route& a, const Route& b) {
        return a.destination == b.destination && a.interface == b.interface && a.outward == b.outward;
    };
    const auto diversion = [](const Diversion& a, const Diversion& b) {
        return a.packets == b.packets && a.interfaces == b.interfaces && a.surely == b.surely;
    };
    const auto same = [](const auto& a, const auto& b, const auto& alike) {
        return std::equal(a.begin(), a.end(), b.begin(), b.end(), alike);
    };
    return same(before.interfaces, after.interfaces, leads_where) && same(before.routes, after.routes, route) &&
           same(before.diversions, after.diversions, diversion);
}

// The header by one interface on either side; none: it does not list them.
std::vector<Product> singly(const Product& header) {
    std::vector<Product> all;
    const auto listed = [](const InterfaceSet& set) {
        return !set.negated && std::none_of(set.any_of.begin(), set.any_of.end(),
                                            [](const InterfacePattern& pattern) { return pattern.prefix; });
    };
    if (!listed(header.in) || !listed(header.out)) return all;
    for (const auto& in : header.in.any_of) {
        for (const auto& out : header.out.any_of) {
            if (in.name == out.name && header.in.any_of.size() + header.out.any_of.size() > 2) continue;
            all.push_back(header);
            all.back().in = InterfaceSet::of(in.name);
            all.back().out = InterfaceSet::of(out.name);
        }
    }
    return all;
}

// The families of which a network or route of either version speaks.
AddressSet routed_families(const Policy& before, const Policy& after) {
    AddressSet all;
    for (const Policy* policy : {&before, &after}) {
        for (const auto& interface : policy->interfaces) {
            for (const auto& network : interface.networks) all = all | AddressSet::any(network.address.family);
        }
        for (const auto& route : policy->routes) all = all | AddressSet::any(route.destination.address.family);
    }
    return all;
}

Ways moved_ways(const Policy& before, const Policy& after, Position position, const Product& all) {
    Ways ways;
    if (same_ways(before, after)) return ways;
    Product question = all;
    const AddressSet families = routed_families(before, after);
    if (!families.empty() && !(families == AddressSet::any())) {
        question.source = common(all.source, share(families));
        question.destination = common(all.destination, share(families));
    }
    const auto was = ways_of(before, position, question), is = ways_of(after, position, question);
    if (was == is || was.empty() || is.empty()) return ways;
    if (was.size() * is.size() > kMostPairs) {
        ways.unclear = "networks and routes that differ: they lead to too many pairs of interfaces";
        return ways;
    }
    std::vector<bool> several;  // of the ways after
    for (const Product& now : is) several.push_back(has_other_way(now, is));
    for (const Product& old : was) {
        const bool one_of_several = has_other_way(old, was);
        for (std::size_t i = 0; i < is.size(); ++i) {
            const Product& now = is[i];
            if (old.in == now.in && old.out == now.out) continue;
            Moved moved{old, now};
            moved.before.source = moved.after.source = common(old.source, now.source);
            moved.before.destination = moved.after.destination = common(old.destination, now.destination);
            if (!can_talk(moved.after)) continue;
            // Two of several ways that both versions leave open.
            if (takes(is, old, moved.before) && takes(was, now, moved.after)) continue;
            const auto from = singly(moved.before), to = singly(moved.after);
            // Who knows less asks for every way that it may be, and has been compared on each.
            const bool alike = (within(old.in, now.in) && within(old.out, now.out)) ||
                               (within(now.in, old.in) && within(now.out, old.out));
            const bool one_known =
                std::min(from.size(), to.size()) == 1 && std::max(from.size(), to.size()) <= kMostSingle;
            if (one_known && ways.moved.size() < kMostPairs) {
                moved.open_after = to.size() > 1 || several[i];
                moved.open_before = !moved.open_after && (from.size() > 1 || one_of_several);
                for (const auto& came : from) {
                    for (const auto& comes : to) {
                        if (came.in == comes.in && came.out == comes.out) continue;
                        moved.before = came;
                        moved.after = comes;
                        ways.moved.push_back(moved);
                    }
                }
            } else if (alike) {
                continue;
            } else if (ways.unclear.empty()) {
                Product ends;
                ends.source = moved.after.source;
                ends.destination = moved.after.destination;
                ways.unclear =
                    fmt::format("networks and routes that differ: one version does not say which way it sends {}",
                                to_exact_string(ends));
            }
        }
    }
    return ways;
}

Outcome without_interfaces(const Outcome& outcome) {
    return {outcome.permitted.for_some_interface(), outcome.denied.for_some_interface(),
            outcome.undecided.for_some_interface(), outcome.out_of_budget};
}

}  // namespace

bool leads_where(const Interface& a, const Interface& b) {
    return a.name == b.name && a.networks == b.networks && a.enabled == b.enabled && a.transit == b.transit &&
           a.bridge == b.bridge;
}

RouteComparison compare_routes(const Policy& before, const Path& before_path, const Policy& after,
                               const Path& after_path, const CompareOptions& options) {
    RouteComparison result;
    Ways ways = moved_ways(before, after, after_path.position, options.question);
    result.not_compared = std::move(ways.unclear);
    if (ways.moved.empty()) return result;
    SpaceBuilder builder;
    add_values(builder, before);
    add_values(builder, after);
    builder.add(options.question);
    for (const auto& product : options.values) builder.add(product);
    for (const auto& moved : ways.moved) builder.add(moved.before).add(moved.after);
    Comparison& found = result.found;
    found.space = builder.set_budget(options.budget).build();
    found.undecided = found.space.empty();
    try {
        const Evaluator old(before, found.space), now(after, found.space);
        const PacketSet question = found.space.from(options.question) & old.occurring() & now.occurring();
        for (const auto& [came, comes, open_before, open_after] : ways.moved) {
            const PacketSet from = question & found.space.from(came), to = question & found.space.from(comes);
            const Outcome was = old.evaluate(before_path, from), is = now.evaluate(after_path, to);
            if (was.out_of_budget || is.out_of_budget) throw OutOfBudget();
            for (auto& difference : differing_verdicts(without_interfaces(was), is)) {
                for (const auto& later :
                     deciders(now, after_path, difference.packets, difference.after, difference.before)) {
                    const PacketSet earlier = later.packets.for_some_interface() & from;
                    for (const auto& one : deciders(old, before_path, earlier, difference.before, difference.after)) {
                        if (found.differences.size() >= options.difference_limit) {
                            found.complete = false;
                            return result;
                        }
                        Difference part = difference;
                        part.packets = later.packets & one.packets.for_some_interface();
                        part.before_by = one.by;
                        part.after_by = later.by;
                        if (open_after && part.before != Verdict::unknown) {
                            part.direction = Direction::became_unknown;
                            part.after = Verdict::unknown;
                        } else if (open_before && part.after != Verdict::unknown) {
                            part.direction = Direction::became_known;
                            part.before = Verdict::unknown;
                        }
                        found.differences.push_back(std::move(part));
                    }
                }
            }
        }
        std::stable_sort(found.differences.begin(), found.differences.end(),
                         [](const Difference& a, const Difference& b) { return a.direction < b.direction; });
    } catch (const OutOfBudget&) {
        found.complete = false;
    }
    return result;
}

bool replies_move(const Policy& before, const Path& before_path, const Policy& after, const Path& after_path,
                  const CompareOptions& options) {
    const bool ruled = before.replies == ReplyHandling::tracked_ports || after.replies == ReplyHandling::tracked_ports;
    if (!ruled || after_path.position != Position::transit) return false;
    CompareOptions replies;
    replies.question.source = options.question.source;
    replies.question.destination = options.question.destination;
    replies.question.states = State::established;
    ServiceTerm term;
    term.protocols = ProtocolSet::all() - ProtocolSet::of(kTcp) - ProtocolSet::of(kUdp) - ProtocolSet::of(kSctp);
    replies.question.services = share(ServiceSet{{std::move(term)}});
    replies.budget = options.budget;
    const Comparison found = compare_routes(before, before_path, after, after_path, replies).found;
    return !found.complete || !found.differences.empty();
}

}  // namespace fwproof
