// Paths are paired by position and variant, compared one by one, and each difference is printed as few words as hold
// for it (plain.hpp) and traced back to an edit (blame.hpp). What is asked: every packet, where both versions treat
// replies by rules; else first packets of connections, and whether replies get back is asked on each side where rules
// decide it, for all protocols or for those that the device does not track. Longer than most files, because
// regions and replies are told of the same question.
#include "fwproof/analysis/review.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "analysis/blame.hpp"
#include "analysis/interface_names.hpp"
#include "analysis/leaves_open.hpp"
#include "analysis/question.hpp"
#include "analysis/sides.hpp"
#include "fwproof/analysis/plain.hpp"
#include "fwproof/analysis/untracked.hpp"

namespace fwproof {

std::string_view to_string(Effect effect) {
    switch (effect) {
        case Effect::unchanged: return "unchanged";
        case Effect::narrowed: return "narrowed";
        case Effect::widened: return "widened";
        case Effect::both: return "widened and narrowed";
    }
    return "widened and narrowed";
}

bool Review::complete() const {
    return not_compared.empty() &&
           std::all_of(paths.begin(), paths.end(), [](const PathReview& path) { return path.complete; });
}

bool Review::same() const {
    return !paths.empty() && not_compared.empty() &&
           std::all_of(paths.begin(), paths.end(), [](const PathReview& path) { return path.same(); });
}

namespace {

// Packets for the host have no output interface, its own no input interface; what passes through comes by no loopback.
Product at_position(Product header, Position position) {
    const InterfaceSet some{{{"", false}}, true};
    const InterfaceSet network{{{"", false}, {"lo", false}}, true};
    header.in = position == Position::outbound ? InterfaceSet::none() : position == Position::inbound ? some : network;
    header.out = position == Position::inbound ? InterfaceSet::none() : position == Position::outbound ? some : network;
    return header;
}

Product first_packets_of(const Product& header) {
    Product first = header;
    first.states = State::new_;
    first.services = first_packet_services(nullptr);
    return first;
}

bool speaks(const Policy& policy, Family family) {
    return policy.families.empty() ||
           std::find(policy.families.begin(), policy.families.end(), family) != policy.families.end();
}

// Between versions of one device those of the families that either speaks of: where the other is silent, it is unknown.
// Between two vendors those of both: silence of an export that was made for one family would drown everything else.
AddressSetRef compared_addresses(const Policy& before, const Policy& after, std::optional<Family> only) {
    AddressSet all;
    for (const Family family : {Family::v4, Family::v6}) {
        const bool was = speaks(before, family), is = speaks(after, family);
        const bool left_out = before.vendor == after.vendor ? !was && !is : !was || !is;
        if (only ? family != *only : left_out) continue;
        all = all | AddressSet::any(family);
    }
    return all == AddressSet::any() ? nullptr : share(std::move(all));
}

class Reviewer {
public:
    Reviewer(const Policy& before, const Policy& after, const ReviewOptions& options)
        : options_(options),
          renamed_(options.interfaces.empty() ? std::nullopt : std::optional(renamed(before, options.interfaces))),
          before_(renamed_ ? *renamed_ : before),
          after_(after),
          blame_(before_, after) {
        result_.lines = blame_.lines();
        result_.logging = blame_.logging();
        result_.logging_lines = blame_.logging_lines();
        result_.asides = blame_.asides();
        result_.aside_lines = blame_.aside_lines();
        by_rules_ = before.replies == ReplyHandling::by_rules && after.replies == ReplyHandling::by_rules;
        foreign_ = before.vendor != after.vendor;
        addresses_ = compared_addresses(before, after, options.family);
    }

    Review run(const Policy& original) {
        say_families();
        pair_paths();
        bool wider = false, narrower = false;
        std::vector<EditedLine> effective;
        for (auto& path : result_.paths) {
            for (const auto& region : path.regions) {
                wider = wider || region.widens;
                narrower = narrower || region.narrows;
                for (const auto& line : region.because) {
                    if (std::find(effective.begin(), effective.end(), line) == effective.end())
                        effective.push_back(line);
                }
            }
            narrower = narrower || !path.replies_lost.empty();
            wider = wider || !path.replies_gained.empty();
            // Paths are those of the policy that the caller holds.
            if (path.before && renamed_)
                path.before = &original.paths[static_cast<std::size_t>(path.before - before_.paths.data())];
        }
        result_.effective_lines = effective.size();
        result_.effect = wider && narrower ? Effect::both
                         : wider           ? Effect::widened
                         : narrower        ? Effect::narrowed
                                           : Effect::unchanged;
        return std::move(result_);
    }

private:
    void say_families() {
        result_.only = options_.family;
        if (options_.family) return;
        for (const Family family : {Family::v4, Family::v6}) {
            const bool was = speaks(before_, family), is = speaks(after_, family);
            if (was == is) continue;
            const std::string name(family_name(family));
            const std::string_view one = was ? "before" : "after";
            if (foreign_) {
                result_.only = family == Family::v4 ? Family::v6 : Family::v4;
                result_.not_compared.push_back(fmt::format("{}: only the version {} speaks of it", name, one));
            } else {
                result_.limits.push_back(fmt::format("only the version {} speaks of {}", one, name));
            }
        }
    }

    void pair_paths() {
        for (const Position position : {Position::inbound, Position::outbound, Position::transit}) {
            std::vector<const Path*> was, is;
            for (const auto& path : before_.paths) {
                if (path.position == position) was.push_back(&path);
            }
            for (const auto& path : after_.paths) {
                if (path.position == position) is.push_back(&path);
            }
            std::set<const Path*> paired;
            const auto find = [](const std::vector<const Path*>& paths, const Path* like) -> const Path* {
                const auto same = std::find_if(paths.begin(), paths.end(),
                                               [&](const Path* path) { return path->variant == like->variant; });
                if (same != paths.end()) return *same;
                // A choice that the other version does not know: each of its answers meets the same rules.
                const bool only = paths.size() == 1 && (paths[0]->variant.empty() || like->variant.empty());
                return only ? paths[0] : nullptr;
            };
            for (const Path* path : was) {
                const Path* other = find(is, path);
                if (other) paired.insert(other);
                add(path, other);
            }
            for (const Path* path : is) {
                if (paired.contains(path)) continue;
                add(find(was, path), path);
            }
        }
    }

    void add(const Path* was, const Path* is) {
        const Path& any = was ? *was : *is;
        const std::string& at = options_.at;
        const bool wanted =
            at.empty() || at == to_string(any.position) || at == (is ? is : was)->variant || at == any.variant;
        if (!wanted) return;
        PathReview path;
        path.before = was;
        path.after = is;
        if (!was || !is) {
            path.not_compared = std::string("only the version ") + (was ? "before" : "after") + " has rules for it";
        } else {
            compare_path(path);
        }
        result_.paths.push_back(std::move(path));
    }

    // What is asked on a path: everything that can come, each address on the interface where it lives if the two
    // versions come from different vendors and one of them says so.
    std::vector<Product> questions(Position position, std::string& problem) {
        Product header;
        header.source = addresses_;
        header.destination = addresses_;
        header = at_position(header, position);
        if (foreign_) {
            const Policy* known = !before_.interfaces.empty()  ? &before_
                                  : !after_.interfaces.empty() ? &after_
                                                               : nullptr;
            if (known && position == Position::transit) {
                const Policy& other = known == &before_ ? after_ : before_;
                for (const auto& name : tested_interfaces(other)) {
                    const auto has = [&](const Interface& i) { return i.name == name; };
                    if (std::any_of(known->interfaces.begin(), known->interfaces.end(), has)) continue;
                    problem = "nothing says which interface of the other version is " + name;
                    return {};
                }
                Firewall firewall;
                firewall.policy = known;
                const AddressSet all = addresses_ ? *addresses_ : AddressSet::any();
                auto products = transit_products(firewall, "", all, "", all, header);
                if (!routes_said_) {
                    result_.limits.push_back(
                        "each address is taken to be at the interface where the networks and routes of the version " +
                        std::string(known == &before_ ? "before" : "after") + " put it");
                }
                routes_said_ = true;
                for (auto& product : products) product = first_packets_of(product);
                return products;
            }
            if (known && position == Position::inbound) {
                std::vector<Product> products;
                for (const auto& interface : known->interfaces) {
                    if (!interface.enabled || interface.addresses.empty()) continue;
                    Product product = first_packets_of(header);
                    AddressSet own;
                    for (const auto& address : interface.addresses) own = own | AddressSet::of(address);
                    if (addresses_) own = own & *addresses_;
                    if (own.empty()) continue;
                    product.destination = share(std::move(own));
                    product.in = InterfaceSet::of(interface.name);
                    products.push_back(std::move(product));
                }
                if (!products.empty()) return products;
            }
        }
        if (!by_rules_) header = first_packets_of(header);
        if (!foreign_) keep_to_device(header, position);
        return {header};
    }

    // A device that names its interfaces has no others, and packets for the device itself go to its addresses, as far
    // as it says those of every interface.
    void keep_to_device(Product& header, Position position) const {
        std::set<std::string> names;
        AddressSet own;
        bool addressed = true;
        for (const Policy* policy : {&before_, &after_}) {
            std::set<std::string> here;
            for (const auto& interface : policy->interfaces) {
                if (interface.name.empty()) continue;
                here.insert(interface.name);
                if (!interface.enabled) continue;
                addressed = addressed && !interface.addresses.empty();
                for (const auto& address : interface.addresses) own = own | AddressSet::of(address);
            }
            const auto tested = tested_interfaces(*policy);
            if (here.empty() || !std::includes(here.begin(), here.end(), tested.begin(), tested.end())) return;
            names.insert(here.begin(), here.end());
        }
        InterfaceSet known{{}, false};
        for (const auto& name : names) known.any_of.push_back({name, false});
        if (position != Position::outbound) header.in = known;
        if (position != Position::inbound) header.out = known;
        if (position != Position::inbound || !addressed) return;
        static const AddressSet kLinkLocal = parse_address_set("fe80::/10").value();
        AddressSet to = own.v6.empty() ? AddressSet::any6() : own | kLinkLocal;
        to = to | (own.v4.empty() ? AddressSet::any4() : own);
        if (addresses_) to = to & *addresses_;
        header.destination = share(std::move(to));
    }

    void compare_path(PathReview& path) {
        const auto asked = questions(path.before->position, path.not_compared);
        if (!path.not_compared.empty()) {
            path.complete = false;
            return;
        }
        const EditBlame::Met met{rulesets_on(before_, *path.before), rulesets_on(after_, *path.after)};
        for (const auto& question : asked) {
            CompareOptions options;
            options.question = question;
            // Where only a part of the ways is asked for, the words that say which part are kept.
            Product whole;
            whole.source = addresses_;
            whole.destination = addresses_;
            whole = at_position(whole, path.before->position);
            if (asked.size() == 1) whole = question;
            options.budget = options_.budget;
            options.edits = blame_.rule_edits();
            options.values = {whole, first_packets_of(whole)};
            for (int i = 0; by_rules_ && i < kStateCount; ++i) {
                Product state;
                state.states = static_cast<State>(i);
                options.values.push_back(std::move(state));
            }
            const auto routed = routed_products(path.after->position);
            options.values.insert(options.values.end(), routed.begin(), routed.end());
            const Comparison comparison = compare(before_, *path.before, after_, *path.after, options);
            path.complete = path.complete && comparison.complete;
            if (comparison.differences.empty()) continue;
            try {
                const PacketSet all = comparison.space.from(whole) - comparison.space.from(before_.impossible) -
                                      comparison.space.from(after_.impossible);
                const PacketSet openings = comparison.space.from(first_packets_of(whole)) & all;
                const PacketSet usual = comparison.space.from(routed);
                for (const auto& difference : comparison.differences) {
                    path.regions.push_back(region(difference, openings, all, usual, met));
                    path.complete = path.complete && path.regions.back().complete;
                }
            } catch (const OutOfBudget&) {
                path.complete = false;
            }
        }
        if (asked.size() > 1) merge(path.regions);
        if (path.regions.empty() && path.complete) {
            path.undecided = leaves_open(before_, *path.before, asked, options_.budget) ||
                             leaves_open(after_, *path.after, asked, options_.budget);
        }
        check_replies(path, asked);
    }

    // Packets that come and go where the device's networks and routes say: the better witnesses.
    std::vector<Product> routed_products(Position position) const {
        constexpr std::size_t kMostNetworks = 64;
        std::size_t networks = after_.routes.size();
        for (const auto& interface : after_.interfaces) networks += interface.networks.size();
        if (position != Position::transit || networks == 0 || networks > kMostNetworks) return {};
        Firewall firewall;
        firewall.policy = &after_;
        const AddressSet all = addresses_ ? *addresses_ : AddressSet::any();
        return transit_products(firewall, "", all, "", all, at_position(Product{}, position));
    }

    ChangedRegion region(const Difference& difference, const PacketSet& openings, const PacketSet& all,
                         const PacketSet& usual, const EditBlame::Met& met) const {
        ChangedRegion region;
        region.direction = difference.direction;
        region.before = difference.before;
        region.after = difference.after;
        region.widens = difference.widens;
        region.narrows = difference.narrows;
        region.before_by = difference.before_by;
        region.after_by = difference.after_by;
        const PacketSet first = difference.packets & openings;
        const Space space = first.space();
        auto [products, complete] = plain_products(first, openings, options_.region_limit);
        region.complete = complete;
        PacketSet rest = difference.packets - openings;
        if (!rest.empty()) {
            std::vector<Product> whole = products;
            for (auto& product : whole) {
                product.states = StateSet::all();
                if (!product.services) continue;
                ServiceSet services = *product.services;
                for (auto& term : services.terms) term.tcp_flags = IntervalSet<std::uint8_t>::all();
                product.services = share(std::move(services));
            }
            const PacketSet beside = rest & space.from(whole);
            for (int i = 0; i < kStateCount; ++i) {
                Product state;
                state.states = static_cast<State>(i);
                if (beside.intersects(space.from(state))) region.also = region.also | state.states;
            }
            rest = rest - beside;
            auto others = plain_products(rest, all, options_.region_limit);
            region.others = std::move(others.products);
            region.complete = region.complete && others.complete;
        }
        region.first_packets = std::move(products);
        const PacketSet shown = first.empty() ? difference.packets : first;
        region.witness = (shown & usual).pick();
        if (!region.witness) region.witness = shown.pick();
        blame_.explain(region, difference.packets, met);
        return region;
    }

    // One region for each pair of deciding rules, where the question came in several parts.
    static void merge(std::vector<ChangedRegion>& regions) {
        const auto same_rule = [](const std::optional<DecidingRule>& a, const std::optional<DecidingRule>& b) {
            return a.has_value() == b.has_value() && (!a || (a->rule == b->rule && a->via == b->via));
        };
        std::vector<ChangedRegion> merged;
        for (auto& region : regions) {
            const auto twin = std::find_if(merged.begin(), merged.end(), [&](const ChangedRegion& other) {
                return other.direction == region.direction && other.before == region.before &&
                       other.after == region.after && same_rule(other.before_by, region.before_by) &&
                       same_rule(other.after_by, region.after_by);
            });
            if (twin == merged.end()) {
                merged.push_back(std::move(region));
                continue;
            }
            twin->first_packets.insert(twin->first_packets.end(), region.first_packets.begin(),
                                       region.first_packets.end());
            twin->others.insert(twin->others.end(), region.others.begin(), region.others.end());
            twin->also = twin->also | region.also;
            twin->complete = twin->complete && region.complete;
            twin->widens = twin->widens || region.widens;
            twin->narrows = twin->narrows || region.narrows;
        }
        std::stable_sort(merged.begin(), merged.end(),
                         [](const ChangedRegion& a, const ChangedRegion& b) { return a.direction < b.direction; });
        regions = std::move(merged);
    }

    // The protocols whose replies meet the rules of that version.
    static ProtocolSet judged(const Policy& policy, Position position) {
        static const ProtocolSet kTracked = ProtocolSet::of(kTcp) | ProtocolSet::of(kUdp) | ProtocolSet::of(kSctp);
        switch (policy.replies) {
            case ReplyHandling::by_rules: return ProtocolSet::all();
            // What the device answers itself is its own matter.
            case ReplyHandling::tracked_ports:
                return position == Position::transit ? ProtocolSet::all() - kTracked : ProtocolSet{};
            case ReplyHandling::tracked: break;
        }
        return {};
    }

    static Product of_protocols(const ProtocolSet& protocols) {
        ServiceTerm term;
        term.protocols = protocols;
        Product product;
        product.services = share(ServiceSet{{std::move(term)}});
        return product;
    }

    // One version and the way that replies take there; null: none.
    struct Answering {
        const Policy& policy;
        const Path& there;
        const Path* way;
        ProtocolSet protocols;
    };

    // Whether no packet that may be a reply of these protocols has another verdict.
    bool answers_alike(const Answering& was, const Answering& is) const {
        Product header = of_protocols(was.protocols);
        header.source = addresses_;
        header.destination = addresses_;
        header.states = State::established;
        CompareOptions options;
        options.question = at_position(header, was.way->position);
        options.budget = options_.budget;
        options.edits = blame_.rule_edits();
        const Comparison comparison = compare(was.policy, *was.way, is.policy, *is.way, options);
        return comparison.complete && comparison.differences.empty();
    }

    // Whether both versions see every reply in the same states.
    bool exempt_alike(const Path& was, const Path& is) const {
        Product any;
        any.states = State::established;
        return replies_as_seen(before_, was, {any}) == replies_as_seen(after_, is, {any});
    }

    // Where rules decide about replies: whether those of the flows that both versions permit get back in one and not in
    // the other. Where rules decide in both, all packets have been compared, those of replies among them, unless the
    // versions do not see replies in the same states.
    void check_replies(PathReview& path, const std::vector<Product>& asked) {
        if (by_rules_ && exempt_alike(*path.before, *path.after)) return;
        const auto answering = [&](const Policy& policy, const Path& there) {
            const Path* way = policy.find_path(opposite(there.position), there.variant);
            return Answering{policy, there, way, judged(policy, there.position)};
        };
        const Answering was = answering(before_, *path.before), is = answering(after_, *path.after);
        const ProtocolSet protocols = was.protocols | is.protocols;
        if (protocols.empty()) return;
        for (const Answering* side : {&was, &is}) {
            if (side->protocols.empty() || side->way) continue;
            path.complete = false;
            result_.limits.emplace_back("replies are not judged: the export has no rules for that direction");
            return;
        }
        if (!by_rules_ && was.protocols == is.protocols && answers_alike(was, is)) return;
        try {
            compare_replies(path, asked, was, is);
        } catch (const OutOfBudget&) {
            path.complete = false;
        }
    }

    void compare_replies(PathReview& path, const std::vector<Product>& asked, const Answering& was,
                         const Answering& is) {
        const Product protocols = of_protocols(was.protocols | is.protocols);
        SpaceBuilder builder;
        for (const Answering* side : {&was, &is}) add_values(builder, side->policy);
        std::vector<Product> first;
        for (const auto& question : asked) first.push_back(first_packets_of(question));
        for (const auto& question : first) builder.add(question);
        builder.add(protocols);
        const Space space = builder.set_budget(options_.budget).build();
        PacketSet flows = space.from(first) & space.from(protocols);
        for (const Answering* side : {&was, &is}) {
            const Evaluator evaluator(side->policy, space);
            const Outcome outcome = evaluator.evaluate(side->there, flows & evaluator.occurring());
            if (outcome.out_of_budget) path.complete = false;
            flows = outcome.permitted;
        }
        const auto permitted = flows.products(options_.region_limit);
        if (!permitted.complete) path.complete = false;
        std::vector<Product> replies;
        for (const auto& flow : permitted.products) {
            Product reply = flow;
            std::swap(reply.source, reply.destination);
            std::swap(reply.in, reply.out);
            reply.states = State::established;
            reply.services = reply_services(first_packet_services(flow.services));
            reply.fields.clear();
            if (reply.services) replies.push_back(std::move(reply));
        }
        SpaceBuilder second;
        for (const Answering* side : {&was, &is}) {
            add_values(second, side->policy);
            second.add(of_protocols(side->protocols));
        }
        // Words are as short as holds among everything that could come as a reply there.
        Product any;
        any.source = addresses_;
        any.destination = addresses_;
        any = at_position(any, opposite(was.there.position));
        any.states = State::established;
        second.add(any);
        for (const auto& reply : replies) second.add(reply);
        for (const Answering* side : {&was, &is}) {
            for (const auto& reply : replies_as_seen(side->policy, side->there, replies)) second.add(reply);
        }
        const Space reply_space = second.set_budget(options_.budget).build();
        const PacketSet possible =
            reply_space.from(any) - reply_space.from(before_.impossible) - reply_space.from(after_.impossible);
        const PacketSet sent = reply_space.from(replies) & possible;
        // As replies of connections, whichever state the device sees them in.
        const auto lost_on = [&](const Answering& side) {
            PacketSet lost = reply_space.empty();
            if (side.protocols.empty()) return lost;
            const Evaluator judge(side.policy, reply_space);
            const PacketSet met = reply_space.from(replies_as_seen(side.policy, side.there, replies)) &
                                  reply_space.from(of_protocols(side.protocols)) & judge.occurring();
            const Outcome outcome = judge.evaluate(*side.way, met);
            if (outcome.out_of_budget) path.complete = false;
            auto found = (met - outcome.permitted).products(options_.region_limit);
            path.complete = path.complete && found.complete;
            for (auto& product : found.products) product.states = State::established;
            return lost | (reply_space.from(found.products) & sent);
        };
        const PacketSet before = lost_on(was), after = lost_on(is);
        const auto shown = [&](const PacketSet& part) {
            if (part.empty()) return std::vector<Product>();
            auto plain = plain_products(part, possible, options_.region_limit);
            path.complete = path.complete && plain.complete;
            return std::move(plain.products);
        };
        path.replies_lost = shown(after - before);
        path.replies_gained = shown(before - after);
    }

    const ReviewOptions& options_;
    std::optional<Policy> renamed_;
    const Policy& before_;
    const Policy& after_;
    EditBlame blame_;
    bool by_rules_ = false;
    bool foreign_ = false;
    bool routes_said_ = false;
    AddressSetRef addresses_;
    Review result_;
};

}  // namespace

Review review(const Policy& before, const Policy& after, const ReviewOptions& options) {
    return Reviewer(before, after, options).run(before);
}

}  // namespace fwproof
