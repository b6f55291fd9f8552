// The baselines with BuDDy, the library that others build such tools on: one variable for each bit of the header. In
// the order destination, source, destination port, source port, protocol; the balanced form also in the others, of
// which a sample chooses one.
#include <bdd.h>

#include <functional>

#include "jobs.hpp"

namespace fwproof::bench {

namespace {

// Which of destination, source and service comes first, second and third.
constexpr int kOrders[kBuddyOrders][3] = {{0, 1, 2}, {1, 0, 2}, {2, 0, 1}, {2, 1, 0}, {0, 2, 1}, {1, 2, 0}};

struct Layout {
    int address_bits;
    std::size_t order;
    int destination() const { return start_of(0); }
    int source() const { return start_of(1); }
    int destination_port() const { return start_of(2); }
    int source_port() const { return start_of(2) + 16; }
    int protocol() const { return start_of(2) + 32; }
    int count() const { return 2 * address_bits + 40; }

private:
    int start_of(int block) const {
        int start = 0;
        for (const int other : kOrders[order]) {
            if (other == block) break;
            start += other == 2 ? 40 : address_bits;
        }
        return start;
    }
};

// value >= bound (or <=), over `bits` variables from `first`, highest bit first; made from the lowest bit up.
bdd compare(int first, int bits, uint128 bound, bool at_least) {
    bdd result = bddtrue;
    for (int bit = 0; bit < bits; ++bit) {
        const int variable = first + bits - 1 - bit;
        const bool one = (bound >> bit & 1) != 0;
        if (at_least) {
            result = one ? bdd_and(bdd_ithvar(variable), result) : bdd_or(bdd_ithvar(variable), result);
        } else {
            result = one ? bdd_or(bdd_nithvar(variable), result) : bdd_and(bdd_nithvar(variable), result);
        }
    }
    return result;
}

template <class T>
bdd values(int first, int bits, const IntervalSet<T>& set) {
    bdd result = bddfalse;
    for (const auto& interval : set.intervals()) {
        result = bdd_or(
            result, bdd_and(compare(first, bits, interval.first, true), compare(first, bits, interval.last, false)));
    }
    return result;
}

bdd rule_set(const Rule& rule, const Layout& layout) {
    const Product& header = rule.match.any_of[0].header;
    bdd result = bddtrue;
    if (header.services) {
        bdd services = bddfalse;
        for (const auto& term : header.services->terms) {
            bdd one = values(layout.protocol(), 8, term.protocols);
            if (!term.source_ports.is_all()) one = bdd_and(values(layout.source_port(), 16, term.source_ports), one);
            if (!term.destination_ports.is_all()) {
                one = bdd_and(values(layout.destination_port(), 16, term.destination_ports), one);
            }
            services = bdd_or(services, one);
        }
        result = services;
    }
    const auto address = [&](const AddressSetRef& set, int first) {
        if (!set) return;
        result = bdd_and(layout.address_bits == 32 ? values(first, 32, set->v4) : values(first, 128, set->v6), result);
    };
    address(header.source, layout.source());
    address(header.destination, layout.destination());
    return result;
}

Layout start(const Recipe& recipe, std::size_t order = 0) {
    bdd_init(1'000'000, 500'000);
    bdd_setmaxincrease(5'000'000);
    bdd_gbc_hook(nullptr);
    const Layout layout{recipe.v6 ? 128 : 32, order};
    bdd_setvarnum(layout.count());
    return layout;
}

bool permits(const Rule& rule) { return std::get<Decide>(rule.action).verdict == Verdict::permit; }

bdd permit_set(const Policy& policy, const Layout& layout) {
    bdd permitted = bddfalse;
    const auto& rules = policy.rulesets[0].rules;
    for (auto rule = rules.rbegin(); rule != rules.rend(); ++rule) {
        const bdd matched = rule_set(*rule, layout);
        permitted = permits(*rule) ? bdd_or(permitted, matched) : bdd_apply(permitted, matched, bddop_diff);
    }
    return permitted;
}

}  // namespace

std::size_t buddy_permit_sequential(const Recipe& recipe) {
    const Layout layout = start(recipe);
    return static_cast<std::size_t>(bdd_nodecount(permit_set(generate(recipe), layout)));
}

namespace {

bdd permit_set_balanced(const Policy& policy, const Layout& layout) {
    const auto& rules = policy.rulesets[0].rules;
    struct Half {
        bdd permitted, matched;
    };
    const std::function<Half(std::size_t, std::size_t)> combine = [&](std::size_t begin, std::size_t end) -> Half {
        if (end - begin == 1) {
            const bdd matched = rule_set(rules[begin], layout);
            return {permits(rules[begin]) ? matched : bdd(bddfalse), matched};
        }
        const std::size_t middle = begin + (end - begin) / 2;
        const Half first = combine(begin, middle);
        const Half second = combine(middle, end);
        return {bdd_or(first.permitted, bdd_apply(second.permitted, first.matched, bddop_diff)),
                bdd_or(first.matched, second.matched)};
    };
    return combine(0, rules.size()).permitted;
}

}  // namespace

std::size_t buddy_permit_balanced(const Recipe& recipe) {
    const Layout layout = start(recipe, recipe.baseline_order);
    return static_cast<std::size_t>(bdd_nodecount(permit_set_balanced(generate(recipe), layout)));
}

std::size_t buddy_sample(const Recipe& recipe) {
    const Layout layout = start(recipe, recipe.baseline_order);
    Policy policy = generate(recipe);
    auto& rules = policy.rulesets[0].rules;
    const std::size_t every = rules.size() / 256 + 1;
    for (std::size_t i = 0; i * every < rules.size(); ++i) std::swap(rules[i], rules[i * every]);
    rules.resize((rules.size() + every - 1) / every);
    return static_cast<std::size_t>(bdd_nodecount(permit_set_balanced(policy, layout)));
}

std::size_t buddy_dead_rules(const Recipe& recipe) {
    const Layout layout = start(recipe);
    const Policy policy = generate(recipe);
    bdd earlier = bddfalse;
    std::size_t dead = 0;
    for (const auto& rule : policy.rulesets[0].rules) {
        const bdd matched = rule_set(rule, layout);
        dead += bdd_apply(matched, earlier, bddop_diff) == bddfalse;
        earlier = bdd_or(earlier, matched);
    }
    return dead;
}

std::size_t buddy_diff(const Recipe& recipe) {
    const Layout layout = start(recipe);
    const Policy before = generate(recipe);
    const Policy after = edit(before, 10, recipe.seed + 1);
    const bdd differing = bdd_apply(permit_set(before, layout), permit_set(after, layout), bddop_xor);
    return differing == bddfalse ? 0 : 1;
}

}  // namespace fwproof::bench
