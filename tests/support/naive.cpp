#include "support/naive.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <vector>

namespace fwproof::naive {

namespace {

enum class Truth { no, maybe, yes };

// One way in which the packet can have come to a rule.
struct World {
    Packet packet;  // as translated so far
    bool source_address_unknown = false, source_port_unknown = false;
    bool destination_address_unknown = false, destination_port_unknown = false;
    bool source_rewritten = false, destination_rewritten = false;  // so that its address kind is another
    bool destination_translated = false;
    std::array<std::uint32_t, kRegisterCount> registers{};

    friend bool operator==(const World&, const World&) = default;
};

void add(std::vector<World>& worlds, const World& world) {
    if (std::find(worlds.begin(), worlds.end(), world) == worlds.end()) worlds.push_back(world);
}

// Where the worlds end up behind a ruleset.
struct Ends {
    std::vector<World> permitted;
    std::vector<World> returned;  // not decided
    bool denied = false;
    bool lost = false;  // nothing can be said

    void add_decided(const Ends& other) {
        for (const auto& world : other.permitted) add(permitted, world);
        denied |= other.denied;
        lost |= other.lost;
    }
    void decide(Verdict verdict, const World& world) {
        if (verdict != Verdict::deny) add(permitted, world);
        if (verdict != Verdict::permit) denied = true;
    }
};

bool covers_family(const AddressSetRef& set, Family family) {
    return !set || (family == Family::v4 ? set->v4.is_all() : set->v6.is_all());
}

bool touches_family(const AddressSetRef& set, Family family) {
    return !set || !(family == Family::v4 ? set->v4.empty() : set->v6.empty());
}

// The product with the tests of unknown parts answered in favour of a match (widest) or against it (narrowest).
Product resolve(Product product, const World& world, bool widest) {
    const Family family = world.packet.source.family;
    const auto resolve_address = [&](AddressSetRef& set) {
        const bool matches = widest ? touches_family(set, family) : covers_family(set, family);
        set = matches ? nullptr : share(AddressSet{});
    };
    if (world.source_address_unknown) resolve_address(product.source);
    if (world.destination_address_unknown) resolve_address(product.destination);
    if (product.services && (world.source_port_unknown || world.destination_port_unknown)) {
        ServiceSet services = *product.services;
        const auto resolve_ports = [&](PortSet& ports) {
            const bool matches = widest ? !ports.empty() : ports.is_all();
            ports = matches ? PortSet::all() : PortSet();
        };
        for (auto& term : services.terms) {
            if (world.source_port_unknown) resolve_ports(term.source_ports);
            if (world.destination_port_unknown) resolve_ports(term.destination_ports);
        }
        product.services = share(std::move(services));
    }
    return product;
}

constexpr std::uint64_t kKinds = 9;  // of addresses

// The kinds that an address may be of: any, but for multicast and loopback addresses, which routing does not decide.
std::vector<std::uint64_t> kinds_of(const Address& address, bool unknown) {
    static const AddressSet kMulticast =
        AddressSet::of(*parse_prefix("224.0.0.0/4")) | AddressSet::of(*parse_prefix("ff00::/8"));
    static const AddressSet kLoopback =
        AddressSet::of(*parse_prefix("127.0.0.0/8")) | AddressSet::of(*parse_prefix("::1/128"));
    std::vector<std::uint64_t> kinds;
    for (std::uint64_t kind = 0; kind < kKinds; ++kind) {
        const bool multicast = kind == static_cast<std::uint64_t>(AddressKind::multicast);
        const bool local = kind == static_cast<std::uint64_t>(AddressKind::local);
        const bool possible = kMulticast.contains(address)  ? multicast
                              : kLoopback.contains(address) ? local
                                                            : !multicast;
        if (unknown || possible) kinds.push_back(kind);
    }
    return kinds;
}

Truth holds(const Product& product, const World& world) {
    std::vector<Packet> variants = {world.packet};
    const auto vary = [&](Field field, const Address& address, bool unknown) {
        if (std::none_of(product.fields.begin(), product.fields.end(),
                         [&](const FieldTest& test) { return test.field == field; }))
            return;
        std::vector<Packet> all;
        for (const auto kind : kinds_of(address, unknown)) {
            for (const auto& variant : variants) (all.emplace_back(variant)).fields[field] = kind;
        }
        variants = std::move(all);
    };
    if (world.source_rewritten) vary(Field::source_kind, world.packet.source, world.source_address_unknown);
    if (world.destination_rewritten) {
        vary(Field::destination_kind, world.packet.destination, world.destination_address_unknown);
    }
    const Product widest = resolve(product, world, true), narrowest = resolve(product, world, false);
    const auto in = [](const Product& which) { return [&](const Packet& packet) { return contains(which, packet); }; };
    if (std::none_of(variants.begin(), variants.end(), in(widest))) return Truth::no;
    return std::all_of(variants.begin(), variants.end(), in(narrowest)) ? Truth::yes : Truth::maybe;
}

class Walk {
public:
    Walk(const Policy& policy, Position position, const Packet& original, const Assumption& assumption)
        : policy_(policy), position_(position), original_(original), assumption_(assumption) {}

    Ends stage(const Stage& stage, const World& world) const {
        Ends ends;
        const Truth meets = holds(stage.guard, world);
        if (meets != Truth::yes) add(ends.permitted, world);
        if (meets != Truth::no) {
            const Ends inside = ruleset(stage.ruleset, world);
            ends.add_decided(inside);
            for (const auto& returned : inside.returned) add(ends.permitted, returned);
        }
        return ends;
    }

private:
    Truth holds_match(const Match& match, const World& world) const {
        for (const auto& test : match.registers) {
            if (!test.holds(world.registers[static_cast<std::size_t>(test.reg)])) return Truth::no;
        }
        if (match.destination_translated && *match.destination_translated != world.destination_translated) {
            return Truth::no;
        }
        if (match.original_header && !contains(*match.original_header, original_)) return Truth::no;
        return holds(match.header, world);
    }

    Truth holds_any(const std::vector<Match>& matches, const World& world) const {
        Truth best = Truth::no;
        for (const auto& match : matches) best = std::max(best, holds_match(match, world));
        return best;
    }

    Truth holds_rule(const RuleMatch& match, const World& world) const {
        const bool assumed = assumption_ && !match.conditions.empty() &&
                             std::all_of(match.conditions.begin(), match.conditions.end(), assumption_);
        if ((!match.conditional || assumed) && holds_any(match.any_of, world) == Truth::yes) return Truth::yes;
        return holds_any(match.outer.empty() ? match.any_of : match.outer, world) == Truth::no ? Truth::no
                                                                                               : Truth::maybe;
    }

    bool reaches(RulesetIndex from, RulesetIndex target, std::vector<bool>& seen) const {
        if (from >= policy_.rulesets.size() || seen[from]) return false;
        seen[from] = true;
        for (const auto& rule : policy_.rulesets[from].rules) {
            const auto* jump = std::get_if<Jump>(&rule.action);
            const auto* go = std::get_if<Goto>(&rule.action);
            if (!rule.enabled || (!jump && !go)) continue;
            const RulesetIndex to = jump ? jump->to : go->to;
            if (to == target || reaches(to, target, seen)) return true;
        }
        return false;
    }

    bool can_enter(RulesetIndex index) const {
        std::vector<bool> seen(policy_.rulesets.size());
        return index < policy_.rulesets.size() && !reaches(index, index, seen);
    }

    Ends ruleset(RulesetIndex index, const World& entering) const {
        Ends ends;
        if (!can_enter(index)) {
            ends.lost = true;
            return ends;
        }
        const Ruleset& ruleset = policy_.rulesets[index];
        std::vector<World> live = {entering};
        for (const auto& rule : ruleset.rules) {
            if (!rule.enabled) continue;
            std::vector<World> next;
            for (const auto& world : live) {
                const Truth truth = holds_rule(rule.match, world);
                if (truth != Truth::yes) add(next, world);
                if (truth != Truth::no) apply(rule.action, world, ends, next);
            }
            live = std::move(next);
        }
        for (const auto& world : live) add(ends.returned, world);
        if (ruleset.default_verdict) {
            for (const auto& world : ends.returned) ends.decide(*ruleset.default_verdict, world);
            ends.returned.clear();
        }
        return ends;
    }

    // `next` receives the worlds that go on behind the rule.
    void apply(const Action& action, const World& world, Ends& ends, std::vector<World>& next) const {
        if (const auto* decide = std::get_if<Decide>(&action)) {
            ends.decide(decide->verdict, world);
        } else if (const auto* jump = std::get_if<Jump>(&action)) {
            const Ends inside = ruleset(jump->to, world);
            ends.add_decided(inside);
            for (const auto& returned : inside.returned) add(next, returned);
        } else if (const auto* go = std::get_if<Goto>(&action)) {
            const Ends inside = ruleset(go->to, world);
            ends.add_decided(inside);
            for (const auto& returned : inside.returned) add(ends.returned, returned);
        } else if (std::holds_alternative<Return>(action)) {
            add(ends.returned, world);
        } else if (std::holds_alternative<Continue>(action)) {
            add(next, world);
        } else if (const auto* set = std::get_if<SetRegister>(&action)) {
            World changed = world;
            auto& target = changed.registers[static_cast<std::size_t>(set->target)];
            const std::uint32_t value = set->from ? world.registers[static_cast<std::size_t>(*set->from)] : set->value;
            target = (target & set->keep) ^ (value & set->mask);
            add(next, changed);
        } else if (const auto* translate = std::get_if<Translate>(&action)) {
            apply(*translate, world, ends);
        }
    }

    void apply(const Translate& translate, const World& world, Ends& ends) const {
        World changed = world;
        const auto& source = translate.source;
        const auto& destination = translate.destination;
        const Family family = world.packet.source.family;
        const bool other_family = (source.address && source.address->family != family) ||
                                  (destination.address && destination.address->family != family);
        if (other_family || (translate.to_this_device && position_ == Position::transit)) {
            ends.lost = true;
            return;
        }
        for (const auto& [part, address, unknown] :
             {std::tuple(&source, &world.packet.source, world.source_address_unknown),
              std::tuple(&destination, &world.packet.destination, world.destination_address_unknown)}) {
            if (!part->block) continue;
            const bool inside = part->block->first.family == family &&
                                (unknown || (part->block->first <= *address && *address <= part->block->last));
            if (!inside || unknown) ends.lost = true;
            if (!inside) return;
        }
        translate_part(source, changed.packet.source, changed.packet.source_port, changed.source_address_unknown,
                       changed.source_port_unknown, world.packet.protocol);
        translate_part(destination, changed.packet.destination, changed.packet.destination_port,
                       changed.destination_address_unknown, changed.destination_port_unknown, world.packet.protocol);
        if (destination.changes()) changed.destination_translated = true;
        if (source.changes_address()) changed.source_rewritten = true;
        if (destination.changes_address()) changed.destination_rewritten = true;
        add(ends.permitted, changed);
    }

    static void translate_part(const Translate::Part& part, Address& address, std::uint16_t& port,
                               bool& address_unknown, bool& port_unknown, std::uint8_t protocol) {
        if (part.address) address = *part.address;
        if (part.block) address = {address.family, part.block->to.value + (address.value - part.block->first.value)};
        if (part.address || part.address_unknown) address_unknown = part.address_unknown;
        if (!has_ports(protocol)) return;
        if (part.port) port = *part.port;
        if (part.port || part.port_unknown) port_unknown = part.port_unknown;
    }

    const Policy& policy_;
    Position position_;
    const Packet& original_;
    const Assumption& assumption_;
};

}  // namespace

Verdict evaluate(const Policy& policy, const Path& path, const Packet& packet, const Assumption& assumption) {
    const Walk walk(policy, path.position, packet, assumption);
    Ends all;
    World start;
    start.packet = packet;
    all.permitted = {start};
    for (const auto& stage : path.stages) {
        const std::vector<World> live = std::move(all.permitted);
        all.permitted.clear();
        for (const auto& world : live) all.add_decided(walk.stage(stage, world));
    }
    if (all.lost || (all.denied && !all.permitted.empty())) return Verdict::unknown;
    return all.denied ? Verdict::deny : Verdict::permit;
}

}  // namespace fwproof::naive
