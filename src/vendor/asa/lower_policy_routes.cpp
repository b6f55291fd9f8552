// Policy routing: the first entry of the interface's route-map that takes a packet sends it, a `deny` entry to where
// the routes lead. An entry takes what one of its lists permits. What a list denies goes on to the next entry, which is
// only followed where there is none: else packets may go either way.
#include <fmt/format.h>

#include <algorithm>

#include "vendor/asa/lower.hpp"

namespace fwproof::asa {

namespace {

class PolicyRoutes {
public:
    PolicyRoutes(Lowering& lowering, const InterfaceBlock& block)
        : lowering_(lowering), config_(lowering.config), block_(block) {}

    void lower() {
        std::vector<const RouteMapEntry*> entries;
        for (const auto& entry : config_.route_maps) {
            if (entry.map == block_.policy_map) entries.push_back(&entry);
        }
        std::stable_sort(entries.begin(), entries.end(),
                         [](const RouteMapEntry* a, const RouteMapEntry* b) { return a->sequence < b->sequence; });
        if (entries.empty()) {
            divert({}, all_others(), false);
            note("they may leave by any interface; ask with 'out'");
        }
        for (const auto* entry : entries) lower(*entry, entry == entries.back());
    }

private:
    void lower(const RouteMapEntry& entry, bool last) {
        place_ = entry.place;
        auto to = entry.permit ? where(entry) : std::vector<std::string>();
        bool surely = entry.surely;
        const bool known = entry.understood && (!entry.permit || !to.empty());
        if (!known) {
            to = all_others();
            surely = false;
            note("what it takes may leave by any interface; ask with 'out'");
        }
        if (entry.lists.empty()) return divert({}, to, surely);
        for (const auto name : entry.lists) {
            bool found = false;
            for (const auto* list : lists_named(config_, name)) {
                const auto at = lowering_.rulesets.find(list);
                if (at == lowering_.rulesets.end()) continue;
                found = true;
                take(lowering_.policy.rulesets[at->second], to, surely, last && entry.lists.size() == 1);
            }
            if (found) continue;
            divert({}, to, false);
            note(fmt::format("the list '{}' is not in this export: any packet may be sent there", name));
        }
    }

    void take(const Ruleset& list, const std::vector<std::string>& to, bool surely, bool last) {
        const bool denies = std::any_of(list.rules.begin(), list.rules.end(), [](const Rule& rule) {
            const auto* decide = std::get_if<Decide>(&rule.action);
            return rule.enabled && decide && decide->verdict != Verdict::permit;
        });
        const bool ordered = !denies || last;
        for (const Rule& rule : list.rules) {
            const auto* decide = std::get_if<Decide>(&rule.action);
            if (!rule.enabled || !decide) continue;
            const bool taken = decide->verdict != Verdict::deny;
            if (!taken && !last) continue;
            const bool sure =
                rule.match.exact() && decide->verdict != Verdict::unknown && (!taken || (surely && ordered));
            for (const Match& match : rule.match.outer.empty() ? rule.match.any_of : rule.match.outer) {
                divert(match.header, taken ? to : std::vector<std::string>(), sure && no_types(match.header));
            }
        }
    }

    // A diversion tells no types of ICMP apart.
    static bool no_types(const Product& header) {
        if (!header.services) return true;
        const auto& terms = header.services->terms;
        return std::all_of(terms.begin(), terms.end(), [](const ServiceTerm& term) { return term.icmp.is_all(); });
    }

    // Empty: not known.
    std::vector<std::string> where(const RouteMapEntry& entry) const {
        std::vector<std::string> names;
        for (const auto name : entry.interfaces) names.emplace_back(name == "null0" ? "Null0" : name);
        for (const Address& hop : entry.next_hops) {
            const auto near = std::find_if(
                lowering_.policy.interfaces.begin(), lowering_.policy.interfaces.end(),
                [&](const Interface& interface) {
                    return interface.enabled &&
                           std::any_of(interface.networks.begin(), interface.networks.end(),
                                       [&](const Prefix& network) { return AddressSet::of(network).contains(hop); });
                });
            if (near == lowering_.policy.interfaces.end()) return {};
            names.push_back(near->name);
        }
        std::sort(names.begin(), names.end());
        names.erase(std::unique(names.begin(), names.end()), names.end());
        return names;
    }

    std::vector<std::string> all_others() const {
        auto names = lowering_.ports();
        std::erase(names, block_.name);
        return names;
    }

    // No interface: where the routes lead.
    void divert(const Product& header, std::vector<std::string> to, bool surely) {
        Diversion diversion;
        diversion.packets.source = header.source;
        diversion.packets.destination = header.destination;
        diversion.packets.services = header.services;
        diversion.packets.in = InterfaceSet::of(std::string(block_.name));
        diversion.interfaces = std::move(to);
        diversion.surely = surely;
        diversion.span = lowering_.span(place_);
        lowering_.policy.diversions.push_back(std::move(diversion));
    }

    void note(std::string hint) {
        lowering_.note(
            NoteKind::unmodelled_condition,
            fmt::format("'{}' chooses where packets from '{}' leave", lowering_.span(place_).text(), block_.name),
            std::move(hint), place_);
    }

    Lowering& lowering_;
    const Config& config_;
    const InterfaceBlock& block_;
    Place place_ = *block_.policy_route;
};

// `wccp web-cache`, `wccp 90`: what comes in where `wccp interface IF SERVICE redirect in` stands may go to a cache.
void redirect(Lowering& lowering, const Meddler& meddler) {
    Diversion diversion;
    diversion.packets.in = InterfaceSet::of(std::string(meddler.interface));
    if (meddler.ports) {
        ServiceTerm term;
        term.protocols = ProtocolSet::of(meddler.protocol);
        term.destination_ports = PortSet::range(meddler.ports->first, meddler.ports->second);
        diversion.packets.services = share(ServiceSet{{std::move(term)}});
    }
    diversion.interfaces = lowering.ports();
    diversion.surely = false;
    diversion.span = lowering.span(meddler.place);
    lowering.note(NoteKind::unmodelled_condition, fmt::format("'{}' sends packets to a cache", diversion.span.text()),
                  "they may leave by any interface; ask with 'out'", meddler.place);
    lowering.policy.diversions.push_back(std::move(diversion));
}

}  // namespace

void lower_policy_routes(Lowering& lowering) {
    for (const auto& meddler : lowering.config.meddlers) {
        if (meddler.effect == Meddler::Effect::redirects) redirect(lowering, meddler);
    }
    for (const auto& block : lowering.config.interfaces) {
        if (!block.name.empty() && block.policy_route && !block.shut_down) PolicyRoutes(lowering, block).lower();
    }
}

}  // namespace fwproof::asa
