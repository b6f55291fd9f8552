#include "analysis/overlap.hpp"

#include <algorithm>
#include <deque>

namespace fwproof {

namespace {

bool meet(const AddressSetRef& a, const AddressSetRef& b) { return !a || !b || !(*a & *b).empty(); }

bool meet(const ServiceTerm& a, const ServiceTerm& b) {
    return !(a.protocols & b.protocols).empty() && !(a.source_ports & b.source_ports).empty() &&
           !(a.destination_ports & b.destination_ports).empty() && !(a.icmp & b.icmp).empty() &&
           !(a.tcp_flags & b.tcp_flags).empty();
}

bool meet(const ServiceSetRef& a, const ServiceSetRef& b) {
    if (!a || !b) return true;
    return std::any_of(a->terms.begin(), a->terms.end(), [&](const ServiceTerm& x) {
        return std::any_of(b->terms.begin(), b->terms.end(), [&](const ServiceTerm& y) { return meet(x, y); });
    });
}

constexpr std::size_t kMostTerms = 256;

// False: nothing is in both.
bool narrow(AddressSetRef& to, const AddressSetRef& by) {
    if (!by || to == by) return true;
    if (!to) {
        to = by;
        return true;
    }
    AddressSet both = *to & *by;
    if (both.empty()) return false;
    to = share(std::move(both));
    return true;
}

bool narrow(ServiceSetRef& to, const ServiceSetRef& by) {
    if (!by || to == by) return true;
    if (!to) {
        to = by;
        return true;
    }
    if (to->terms.size() * by->terms.size() > kMostTerms) return meet(to, by);
    ServiceSet both;
    for (const ServiceTerm& a : to->terms) {
        for (const ServiceTerm& b : by->terms) {
            if (!meet(a, b)) continue;
            both.terms.push_back({a.protocols & b.protocols, a.source_ports & b.source_ports,
                                  a.destination_ports & b.destination_ports, a.icmp & b.icmp,
                                  a.tcp_flags & b.tcp_flags});
        }
    }
    const bool some = !both.terms.empty();
    to = share(std::move(both));
    return some;
}

}  // namespace

std::optional<Product> common(const Product& a, const Product& b) {
    Product both = a;
    both.states = a.states & b.states;
    if (both.states.empty() || !narrow(both.source, b.source) || !narrow(both.destination, b.destination) ||
        !narrow(both.services, b.services)) {
        return std::nullopt;
    }
    if (both.in.is_all()) both.in = b.in;
    if (both.out.is_all()) both.out = b.out;
    if (both.fields.empty()) both.fields = b.fields;
    return both;
}

bool overlap(const Product& a, const Product& b) {
    return !(a.states & b.states).empty() && meet(a.source, b.source) && meet(a.destination, b.destination) &&
           meet(a.services, b.services);
}

std::vector<RulesetIndex> reachable_rulesets(const Policy& policy, const Path& path) {
    std::vector<bool> known(policy.rulesets.size(), false);
    std::vector<RulesetIndex> order;
    std::deque<RulesetIndex> open;
    const auto meet_ruleset = [&](RulesetIndex index) {
        if (index >= known.size() || known[index]) return;
        known[index] = true;
        order.push_back(index);
        open.push_back(index);
    };
    for (const auto& stage : path.stages) {
        meet_ruleset(stage.ruleset);
        while (!open.empty()) {
            const RulesetIndex index = open.front();
            open.pop_front();
            for (const auto& rule : policy.rulesets[index].rules) {
                if (!rule.enabled) continue;
                if (const auto* jump = std::get_if<Jump>(&rule.action)) meet_ruleset(jump->to);
                if (const auto* jump = std::get_if<Goto>(&rule.action)) meet_ruleset(jump->to);
            }
        }
    }
    return order;
}

}  // namespace fwproof
