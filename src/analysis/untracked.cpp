#include "fwproof/analysis/untracked.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "analysis/overlap.hpp"
#include "fwproof/analysis/nearby.hpp"

namespace fwproof {

namespace {

constexpr std::uint32_t kExempted = 1;  // of Register::disposition

struct Exemption {
    Product reply;       // to what the rule matches
    bool surely = true;  // every such packet gets to the rule and matches it
};

bool exempts(const Rule& rule) {
    const auto* set = std::get_if<SetRegister>(&rule.action);
    return rule.enabled && set && set->target == Register::disposition && !set->from &&
           (set->value & set->mask & kExempted) != 0;
}

Product answered(Product header) {
    std::swap(header.source, header.destination);
    std::swap(header.in, header.out);
    header.states = StateSet::all();
    header.fields.clear();
    if (!header.services) return header;
    ServiceSet services = *header.services;
    for (auto& term : services.terms) {
        std::swap(term.source_ports, term.destination_ports);
        term.tcp_flags = IntervalSet<std::uint8_t>::all();
        term.icmp = IcmpSet::all();
    }
    header.services = share(std::move(services));
    return header;
}

std::vector<Exemption> exemptions(const Policy& policy, const Path& path) {
    std::vector<Exemption> all;
    // No filter exempts: long lists are not looked through for every flow.
    const bool some = std::any_of(policy.rulesets.begin(), policy.rulesets.end(), [](const Ruleset& ruleset) {
        return !ruleset.filters && std::any_of(ruleset.rules.begin(), ruleset.rules.end(), exempts);
    });
    if (!some) return all;
    const auto met = rulesets_on(policy, path);
    for (RulesetIndex index = 0; index < policy.rulesets.size(); ++index) {
        if (!met[index] || policy.rulesets[index].filters) continue;
        const auto stage = std::find_if(path.stages.begin(), path.stages.end(),
                                        [&](const Stage& one) { return one.ruleset == index; });
        bool first = stage != path.stages.end();  // nothing before the rule takes packets away
        for (const Rule& rule : policy.rulesets[index].rules) {
            if (!rule.enabled) continue;
            if (exempts(rule)) {
                const auto& matches = rule.match.outer.empty() ? rule.match.any_of : rule.match.outer;
                for (const auto& match : matches) {
                    const bool plain = match.registers.empty() && !match.destination_translated &&
                                       !match.original_header && match.header.fields.empty();
                    auto met_by_stage =
                        stage != path.stages.end() ? common(match.header, stage->guard) : std::optional(match.header);
                    if (!met_by_stage) continue;
                    all.push_back({answered(std::move(*met_by_stage)), first && plain && rule.match.exact()});
                }
            }
            first = first && (exempts(rule) || std::holds_alternative<Continue>(rule.action));
        }
    }
    return all;
}

// Whether packets can be in both, as far as plain names tell.
bool meet(const InterfaceSet& a, const InterfaceSet& b) {
    if (a.is_all() || b.is_all() || a == b) return true;
    const auto plain = [](const InterfaceSet& set) {
        return !set.negated && std::none_of(set.any_of.begin(), set.any_of.end(),
                                            [](const InterfacePattern& one) { return one.prefix; });
    };
    if (!plain(a)) return !plain(b) || meet(b, a);
    return std::any_of(a.any_of.begin(), a.any_of.end(),
                       [&](const InterfacePattern& one) { return b.contains(one.name); });
}

// The first packet of no connection: what may start one is new, the rest invalid.
void add_unexpected(Product reply, std::vector<Product>& all) {
    static const ProtocolSet kHandshakes = ProtocolSet::of(kTcp) | ProtocolSet::of(kSctp) | ProtocolSet::of(kDccp) |
                                           ProtocolSet::of(kIcmp) | ProtocolSet::of(kIcmp6);
    static const std::vector<ServiceTerm> kAnyService(1);
    ServiceSet starts, others;
    for (const ServiceTerm& term : reply.services ? reply.services->terms : kAnyService) {
        ServiceTerm start = term, other = term;
        start.protocols = term.protocols - kHandshakes;
        other.protocols = term.protocols & kHandshakes;
        if (other.protocols.contains(kTcp)) {
            ServiceTerm tcp = other;
            tcp.protocols = ProtocolSet::of(kTcp);
            tcp.tcp_flags = term.tcp_flags & IntervalSet<std::uint8_t>::of(kSyn | kAck);
            if (!tcp.tcp_flags.empty()) others.terms.push_back(std::move(tcp));
            other.protocols = other.protocols - ProtocolSet::of(kTcp);
        }
        if (!start.protocols.empty()) starts.terms.push_back(std::move(start));
        if (!other.protocols.empty()) others.terms.push_back(std::move(other));
    }
    for (auto& [services, state] : {std::pair(starts, State::new_), std::pair(others, State::invalid)}) {
        if (services.terms.empty()) continue;
        reply.services = share(services);
        reply.states = state;
        all.push_back(reply);
    }
}

// Only where some rule tests it; otherwise the field is better left unsaid.
std::vector<Product> in_reply_direction(const Policy& policy, std::vector<Product> replies) {
    const auto tests = [](const Product& product) {
        return std::any_of(product.fields.begin(), product.fields.end(),
                           [](const FieldTest& test) { return test.field == Field::connection_direction; });
    };
    if (std::none_of(policy.impossible.begin(), policy.impossible.end(), tests)) return replies;
    for (Product& reply : replies) {
        if (reply.states == StateSet(State::established))
            reply.fields = {{Field::connection_direction, IntervalSet<std::uint64_t>::of(1)}};
    }
    return replies;
}

}  // namespace

std::vector<Product> replies_as_seen(const Policy& policy, const Path& way_there, std::vector<Product> replies) {
    const auto exempted = exemptions(policy, way_there);
    if (exempted.empty()) return in_reply_direction(policy, std::move(replies));
    std::vector<Product> seen;
    for (auto& reply : replies) {
        bool all = false;
        for (const auto& exemption : exempted) {
            auto part = common(reply, exemption.reply);
            if (!part) continue;
            if (!meet(reply.in, exemption.reply.in) || !meet(reply.out, exemption.reply.out)) continue;
            const auto within = [](const InterfaceSet& a, const InterfaceSet& b) { return b.is_all() || a == b; };
            const bool everywhere =
                within(reply.in, exemption.reply.in) && within(reply.out, exemption.reply.out) && *part == reply;
            all = all || (exemption.surely && everywhere);
            add_unexpected(std::move(*part), seen);
        }
        if (!all) seen.push_back(std::move(reply));
    }
    return in_reply_direction(policy, std::move(seen));
}

}  // namespace fwproof
