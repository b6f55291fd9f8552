#include "generate.hpp"

#include <algorithm>
#include <random>

namespace fwproof::bench {

namespace {

class Draw {
public:
    explicit Draw(std::uint32_t seed) : random_(seed) {}
    std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(random_() % bound); }
    bool chance(double p) { return below(1'000'000) < p * 1'000'000; }
    template <class T>
    const T& one_of(const std::vector<T>& values) {
        return values[below(static_cast<std::uint32_t>(values.size()))];
    }

private:
    std::mt19937_64 random_;
};

// What makes a family.
struct Character {
    double any_source, any_destination, any_port, any_protocol;
    double source_ports;                // chance that source ports are tested
    double port_range;                  // of tested ports
    std::vector<std::uint8_t> lengths;  // of prefixes, repeated by weight
    double permit;
};

Character character(const std::string& family) {
    if (family == "fw") return {0.25, 0.15, 0.2, 0.12, 0.25, 0.35, {8, 16, 16, 20, 24, 24, 24, 28, 32, 32, 32}, 0.7};
    if (family == "ipc")
        return {0.06, 0.05, 0.25, 0.15, 0.1, 0.15, {16, 20, 22, 24, 24, 26, 28, 30, 32, 32, 32, 32}, 0.8};
    if (family == "ent") return {0.3, 0.3, 0.3, 0.1, 0, 0.1, {16, 20, 24, 24, 24, 28, 32, 32}, 0.7};
    return {0.01, 0.002, 0.08, 0.04, 0, 0.06, {21, 22, 23, 24, 24, 24, 26, 27, 28, 30, 32, 32, 32, 32, 32, 32}, 0.85};
}

// Networks nest: a new prefix lies inside one of a pool of sites, and many rules name one that was named before.
class Addresses {
public:
    Addresses(Draw& draw, bool v6, std::size_t sites, std::size_t pool) : draw_(draw), v6_(v6), pool_limit_(pool) {
        for (std::size_t i = 0; i < sites; ++i) sites_.push_back(draw_.below(0x100'0000) << 8);
    }

    AddressSetRef next(std::uint8_t length) {
        if (pool_.size() >= pool_limit_ || (!pool_.empty() && draw_.chance(0.3))) return draw_.one_of(pool_);
        const std::uint32_t site = draw_.one_of(sites_);
        const std::uint32_t free = length >= 32 ? 0 : ~std::uint32_t{0} >> length;
        const std::uint32_t low = draw_.below(0x10000);
        const std::uint32_t first = ((site & 0xffff'0000) | ((site ^ low) & 0xffff)) & ~free;
        pool_.push_back(share(v6_ ? AddressSet::range(wide(first, false), wide(first | free, true))
                                  : AddressSet::range({Family::v4, first}, {Family::v4, first | free})));
        return pool_.back();
    }

private:
    // The same structure, below 2001:db8::/32 with 64 bits of host part.
    static Address wide(std::uint32_t value, bool last) {
        const uint128 low = last ? ~std::uint64_t{0} : 0;
        return {Family::v6, uint128{0x2001'0db8} << 96 | uint128{value} << 64 | low};
    }

    Draw& draw_;
    bool v6_;
    std::size_t pool_limit_;
    std::vector<std::uint32_t> sites_;
    std::vector<AddressSetRef> pool_;
};

constexpr std::uint16_t kUsualPorts[] = {22,  25,  53,   80,   110,  123,  135,  139,  161,  389,  443,  445,
                                         514, 636, 1433, 1521, 3306, 3389, 5432, 5723, 5724, 5985, 8080, 8443};

PortSet ports(Draw& draw, double range) {
    if (draw.chance(range)) {
        if (draw.chance(0.4)) return PortSet::range(1024, 65535);
        const auto first = static_cast<std::uint16_t>(1024 + draw.below(40'000));
        return PortSet::range(first, static_cast<std::uint16_t>(first + draw.below(2'000)));
    }
    if (draw.chance(0.6)) return PortSet::of(kUsualPorts[draw.below(std::size(kUsualPorts))]);
    return PortSet::of(static_cast<std::uint16_t>(draw.below(4'000)));
}

Policy list() {
    Policy policy;
    policy.vendor = "bench";
    policy.rulesets.push_back({});
    policy.rulesets[0].name = "list";
    policy.rulesets[0].default_verdict = Verdict::deny;
    policy.paths.push_back({Position::transit, "", {{0, {}}}});
    return policy;
}

Policy objects(std::size_t rules, bool v6, Draw& draw) {
    Policy policy = list();
    const auto group = [&](std::size_t size) {
        AddressSet set;
        std::vector<Interval<std::uint32_t>> v4;
        std::vector<Interval<uint128>> v6_hosts;
        for (std::size_t i = 0; i < size; ++i) {
            const std::uint32_t host = 0x0a000000U + draw.below(0x4000);
            v4.push_back({host, host});
            const uint128 wide = uint128{0x2001'0db8} << 96 | host;
            v6_hosts.push_back({wide, wide});
        }
        if (v6) {
            set.v6 = IntervalSet<uint128>(std::move(v6_hosts));
        } else {
            set.v4 = IntervalSet<std::uint32_t>(std::move(v4));
        }
        return share(std::move(set));
    };
    for (std::size_t i = 0; i < rules; ++i) {
        std::vector<Interval<std::uint16_t>> chosen;
        for (int k = 0; k < 10; ++k) {
            const auto port = static_cast<std::uint16_t>(draw.below(2'000));
            chosen.push_back({port, port});
        }
        Rule rule;
        rule.match.any_of[0].header.source = group(rules == 200 ? 200 : 400);
        rule.match.any_of[0].header.destination = group(rules == 200 ? 100 : 200);
        rule.match.any_of[0].header.services = service(kTcp, PortSet(std::move(chosen)));
        rule.action = Decide{draw.chance(0.85) ? Verdict::permit : Verdict::deny, ""};
        policy.rulesets[0].rules.push_back(std::move(rule));
    }
    return policy;
}

}  // namespace

Policy generate(const Recipe& recipe) {
    Draw draw(recipe.seed);
    if (recipe.family == "obj") return objects(200, recipe.v6, draw);
    if (recipe.family == "obj2") return objects(500, recipe.v6, draw);
    const Character c = character(recipe.family);
    Addresses sources(draw, recipe.v6, 20 + recipe.rules / 400, std::max<std::size_t>(recipe.rules / 3, 50));
    Addresses destinations(draw, recipe.v6, 20 + recipe.rules / 300, std::max<std::size_t>(recipe.rules / 2, 50));
    Policy policy = list();
    auto& rules = policy.rulesets[0].rules;
    rules.reserve(recipe.rules);
    for (std::size_t i = 0; i < recipe.rules; ++i) {
        Rule rule;
        Product& header = rule.match.any_of[0].header;
        if (!draw.chance(c.any_source)) header.source = sources.next(draw.one_of(c.lengths));
        if (!draw.chance(c.any_destination)) header.destination = destinations.next(draw.one_of(c.lengths));
        if (!header.source && !header.destination && !draw.chance(0.01)) {
            header.destination = destinations.next(draw.one_of(c.lengths));
        }
        if (!draw.chance(c.any_protocol)) {
            ServiceTerm term;
            term.protocols = ProtocolSet::of(draw.chance(0.8) ? kTcp : draw.chance(0.8) ? kUdp : kIcmp);
            if (!term.protocols.contains(kIcmp)) {
                if (!draw.chance(c.any_port)) term.destination_ports = ports(draw, c.port_range);
                if (draw.chance(c.source_ports)) term.source_ports = ports(draw, c.port_range);
            }
            header.services = share(ServiceSet{{term}});
        }
        rule.action = Decide{draw.chance(c.permit) ? Verdict::permit : Verdict::deny, ""};
        rules.push_back(std::move(rule));
    }
    return policy;
}

Policy edit(Policy policy, std::size_t edits, std::uint32_t seed) {
    Draw draw(seed);
    auto& rules = policy.rulesets[0].rules;
    for (std::size_t i = 0; i < edits; ++i) {
        const auto at = draw.below(static_cast<std::uint32_t>(rules.size()));
        const auto to = draw.below(static_cast<std::uint32_t>(rules.size()));
        if (i % 3 == 0) {
            rules.erase(rules.begin() + at);
        } else if (i % 3 == 1) {
            Rule copy = rules[at];
            auto& verdict = std::get<Decide>(copy.action).verdict;
            verdict = verdict == Verdict::permit ? Verdict::deny : Verdict::permit;
            rules.insert(rules.begin() + to, std::move(copy));
        } else {
            Rule moved = rules[at];
            rules.erase(rules.begin() + at);
            rules.insert(rules.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(to, rules.size())),
                         std::move(moved));
        }
    }
    return policy;
}

std::vector<Product> flows(const Policy& policy, std::size_t count, std::uint32_t seed) {
    Draw draw(seed);
    const auto& rules = policy.rulesets[0].rules;
    const auto host = [&](const AddressSetRef& set) -> AddressSetRef {
        if (!set) return share(AddressSet::of(Address{Family::v4, 0xc0000200U + draw.below(250)}));
        if (!set->v4.empty()) return share(AddressSet::of(Address{Family::v4, set->v4.intervals()[0].first}));
        return share(AddressSet::of(Address{Family::v6, set->v6.intervals()[0].first}));
    };
    std::vector<Product> made;
    for (std::size_t i = 0; i < count; ++i) {
        Product product;
        product.source = host(draw.one_of(rules).match.any_of[0].header.source);
        product.destination = host(draw.one_of(rules).match.any_of[0].header.destination);
        product.services = service(kTcp, PortSet::of(kUsualPorts[draw.below(std::size(kUsualPorts))]));
        product.states = State::new_;
        made.push_back(std::move(product));
    }
    return made;
}

}  // namespace fwproof::bench
