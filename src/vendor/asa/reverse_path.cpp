#include "vendor/asa/reverse_path.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "vendor/asa/literals.hpp"
#include "vendor/asa/nat_values.hpp"
#include "vendor/asa/ports.hpp"
#include "vendor/asa/shifts.hpp"

namespace fwproof::asa {

namespace {

constexpr std::size_t kMostRules = 100'000;  // of all pairs of lines together

bool none(const AddressSetRef& set) { return set && set->empty(); }

// Nothing: none. Interfaces of nat lines are one name or any.
std::optional<InterfaceSet> both(const InterfaceSet& a, const InterfaceSet& b) {
    if (a.is_all() || a == b) return b;
    if (b.is_all()) return a;
    return std::nullopt;
}

// Those destinations of a piece that become one of the real ones.
AddressSetRef origin(const ReversePath::Piece& piece, const AddressSetRef& real) {
    if (!real || piece.part.address_unknown) return piece.mapped;
    if (piece.part.address) return real->contains(*piece.part.address) ? piece.mapped : share(AddressSet{});
    if (piece.part.block) return common(piece.mapped, share(piece.part.block->origin(*real)));
    return common(piece.mapped, real);
}

}  // namespace

ReversePath::ReversePath(Lowering& lowering, const std::vector<const NatLine*>& table)
    : lowering_(lowering), table_(table) {
    for (std::size_t at = 0; at < table.size(); ++at) {
        if (table[at]->inactive || table[at]->by_list) continue;
        table[at]->problem ? add_unreadable(at) : add(at);
    }
    for (std::size_t i = 0; i < answers_.size(); ++i) {
        if (const auto address = only_address(answers_[i].destination)) {
            hosts_[*address].push_back(i);
        } else {
            wide_.push_back(i);
        }
    }
}

void ReversePath::add(std::size_t at) {
    const NatLine& line = *table_[at];
    Answer forth;
    forth.at = at;
    forth.in = nat_interface(line.mapped_interface);
    forth.out = nat_interface(line.real_interface);
    const Addresses& real = nat_addresses(lowering_, line.real_source);
    const Addresses& mapped = nat_addresses(lowering_, line.mapped_source);
    forth.destination = real.possibly;
    forth.certain = real.exact();
    const bool kept = line.is_static && real.exact() && mapped.exact() && same_set(real.surely, mapped.surely) &&
                      nat_pairs_in_order(lowering_, line.real_source, line.mapped_source);
    forth.identity = kept && !line.unidirectional;
    forth.plain_static = line.is_static && !line.has_destination;
    forth.dynamic = !line.is_static;
    // 8.3(2) and 8.4(1) made such lines of exemptions, by which the other side could open connections until then.
    const auto& version = lowering_.config.version;
    const bool one_way_exemption = kept && line.unidirectional && version && *version <= Version{8, 4};
    forth.unclear = one_way_exemption || (!line.is_static && forth.in.is_all() && forth.out.is_all());
    if (line.has_destination) {
        const Addresses& far = nat_addresses(lowering_, line.real_destination);
        forth.source = far.possibly;
        forth.certain = forth.certain && far.exact();
    }
    std::optional<std::pair<ServiceTerm, ServiceTerm>> services;
    if (line.service_protocol != 0) {
        forth.service.protocols = ProtocolSet::of(line.service_protocol);
        if (const auto port = port_of(line.real_port, line.service_protocol)) {
            forth.service.destination_ports = PortSet::of(*port);
        } else {
            forth.certain = false;
        }
    } else if (!line.real_service.empty()) {
        services = nat_services(lowering_, line);
        forth.certain = forth.certain && services;
        if (services) {
            forth.service.protocols = services->first.protocols;
            forth.service.destination_ports = services->first.source_ports;
            forth.service.source_ports = services->second.destination_ports;
        }
    }
    answers_.push_back(forth);
    if (line.has_destination && !line.unidirectional) add_back(at, forth);
}

// A line with a destination changes the source of what comes the other way.
void ReversePath::add_back(std::size_t at, const Answer& forth) {
    const NatLine& line = *table_[at];
    Answer back = forth;
    std::swap(back.in, back.out);
    std::swap(back.source, back.destination);
    std::swap(back.service.source_ports, back.service.destination_ports);
    const Addresses& real = nat_addresses(lowering_, line.real_destination);
    const Addresses& mapped = nat_addresses(lowering_, line.mapped_destination);
    back.identity = real.exact() && mapped.exact() && same_set(real.surely, mapped.surely) &&
                    nat_pairs_in_order(lowering_, line.real_destination, line.mapped_destination);
    back.dynamic = false;
    back.unclear = !line.is_static;
    answers_.push_back(std::move(back));
}

void ReversePath::add_unreadable(std::size_t at) {
    const NatLine& line = *table_[at];
    Answer any;
    any.at = at;
    any.in = nat_interface(line.mapped_interface);
    any.out = nat_interface(line.real_interface);
    any.certain = false;
    any.unclear = true;
    answers_.push_back(any);
    if (any.in == any.out) return;
    std::swap(any.in, any.out);
    answers_.push_back(std::move(any));
}

// Answers that may be about what the pieces become, in the order of the table.
std::vector<std::size_t> ReversePath::candidates(const std::vector<Piece>& pieces) const {
    std::vector<std::size_t> found = wide_;
    const auto add = [&](const Address& first, const Address& last) {
        for (auto host = hosts_.lower_bound(first); host != hosts_.end() && !(last < host->first); ++host) {
            found.insert(found.end(), host->second.begin(), host->second.end());
        }
    };
    for (const Piece& piece : pieces) {
        if (piece.part.address) {
            add(*piece.part.address, *piece.part.address);
        } else if (piece.part.block) {
            add(piece.part.block->to, piece.part.block->of(piece.part.block->last));
        } else {
            for (const auto& [address, at] : hosts_) found.insert(found.end(), at.begin(), at.end());
        }
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

void ReversePath::before(const Taken& taken, Ruleset& ruleset, const Pass& pass) {
    const NatLine& line = *table_[taken.at];
    if (rules_ > kMostRules) return give_up(taken, ruleset);
    for (const std::size_t i : candidates(taken.pieces)) {
        const Answer& answer = answers_[i];
        if (answer.at == taken.at) continue;
        InterfaceSet out = answer.out;
        if (answer.at > taken.at) {  // the line itself takes no answers from other interfaces than its own
            if (taken.not_by.empty()) continue;
            if (out.is_all()) out.any_of.push_back({std::string(taken.not_by), false});
            if (out.contains(taken.not_by)) continue;
        }
        const auto in = both(taken.in, answer.in);
        const AddressSetRef source = common(taken.source, answer.source);
        if (!in || none(source)) continue;
        ServiceTerm service = taken.service;
        service.protocols = service.protocols & answer.service.protocols;
        service.source_ports = service.source_ports & answer.service.source_ports;
        bool certain = taken.certain && answer.certain;
        if (taken.port_unknown) {
            certain = certain && answer.service.destination_ports.is_all();
        } else if (!taken.port) {
            service.destination_ports = service.destination_ports & answer.service.destination_ports;
        } else if (!answer.service.destination_ports.contains(*taken.port)) {
            continue;
        }
        if (service.protocols.empty() || service.source_ports.empty() || service.destination_ports.empty()) continue;
        AddressSet destinations;
        bool all = false;
        for (const Piece& piece : taken.pieces) {
            certain = certain && (!piece.part.address_unknown || !answer.destination);
            const AddressSetRef some = origin(piece, answer.destination);
            all = all || !some;
            if (some) destinations = destinations | *some;
        }
        if (!all && destinations.empty()) continue;
        Product header;
        header.in = *in;
        header.out = std::move(out);
        header.source = source;
        if (!all) header.destination = share(std::move(destinations));
        if (!service.is_all()) header.services = share(ServiceSet{{std::move(service)}});
        // Of two plain static lines of one host guides say that both lead to it, and that its own packets use one.
        const bool two_statics = answer.plain_static && !answer.identity && line.is_static && !taken.identity;
        const bool unclear = answer.unclear || two_statics;
        ++rules_;
        const bool any_way = taken.behind.empty() || taken.behind == "any";
        if (!header.out.is_all() && (any_way || header.out.contains(taken.behind)))
            by_line_alone_.push_back({ruleset.rules.size(), !any_way});
        ruleset.rules.push_back(drop(answer, header, unclear, certain, &line));
        if (unclear) pass(header, certain);
    }
}

// Any other line may take the answers.
void ReversePath::give_up(const Taken& taken, Ruleset& ruleset) const {
    AddressSet destinations;
    for (const Piece& piece : taken.pieces) {
        destinations = destinations | (piece.mapped ? *piece.mapped : AddressSet::any());
    }
    Product header;
    header.in = taken.in;
    header.source = taken.source;
    header.destination = share(std::move(destinations));
    header.states = StateSet(State::new_);
    Rule rule = implicit_rule("nat reverse path: more lines than are compared", std::move(header),
                              Decide{Verdict::deny, ""}, lowering_.span(table_[taken.at]->place));
    rule.match.conditional = true;
    rule.match.conditions.push_back({ConditionKind::other, "line that the device takes for the answers", rule.span});
    ruleset.rules.push_back(std::move(rule));
}

void ReversePath::untranslated(Ruleset& ruleset) const {
    for (const auto& own : perhaps_own(lowering_.config)) {
        ruleset.rules.push_back(implicit_rule("address that may be the device's own", own.packets,
                                              Decide{Verdict::permit, ""}, lowering_.span(own.interface->place)));
    }
    for (const Answer& answer : answers_) {
        if (answer.identity && answer.certain && answer.service.is_all()) continue;  // it takes the packet as well
        Product header;
        header.in = answer.in;
        header.out = answer.out;
        header.source = answer.source;
        header.destination = answer.destination;
        if (!answer.service.is_all()) header.services = share(ServiceSet{{answer.service}});
        if (const auto turned = turning(answer, header)) perhaps_drop(answer, *turned, ruleset);
        if (answer.unclear) {
            perhaps_drop(answer, header, ruleset);
        } else {
            ruleset.rules.push_back(drop(answer, header, false, answer.certain, nullptr));
        }
    }
}

// Packets that leave where they came in and whose source that dynamic line translates too: it is the line of their
// answers and of themselves, as where VPN clients go to the Internet. Nothing: there are none.
std::optional<Product> ReversePath::turning(const Answer& answer, const Product& header) {
    if (!answer.dynamic || answer.unclear) return std::nullopt;
    const auto interface = both(answer.in, answer.out);
    if (!interface) return std::nullopt;
    Product turned = header;
    turned.in = turned.out = *interface;
    turned.source = common(answer.source, answer.destination);
    if (none(turned.source)) return std::nullopt;
    return turned;
}

void ReversePath::perhaps_drop(const Answer& answer, const Product& header, Ruleset& ruleset) const {
    Rule rule = drop(answer, header, true, answer.certain, nullptr);
    Rule pass = rule;
    pass.action = Decide{Verdict::permit, ""};
    pass.match.conditional = !answer.certain;
    if (answer.certain) pass.match.conditions.clear();
    ruleset.rules.push_back(std::move(rule));
    ruleset.rules.push_back(std::move(pass));
}

// `taker`: the line that takes the packets; null: none.
Rule ReversePath::drop(const Answer& answer, const Product& header, bool unclear, bool certain,
                       const NatLine* taker) const {
    std::string name = "nat reverse path: this line ";
    name += taker ? fmt::format("takes the answers, '{}' the packets", lowering_.span(taker->place).text())
                  : "translates the answers";
    Rule rule =
        implicit_rule(std::move(name), header, Decide{Verdict::deny, ""}, lowering_.span(table_[answer.at]->place));
    rule.match.any_of.front().header.states = StateSet(State::new_);  // a connection translates its own answers
    const auto doubt = [&](ConditionKind kind, std::string_view why) {
        rule.match.conditional = true;
        rule.match.conditions.push_back({kind, std::string(why), rule.span});
    };
    if (!certain) doubt(ConditionKind::reference, "translation that the export does not decide");
    if (unclear) doubt(ConditionKind::other, "line that the device takes for the answers");
    return rule;
}

}  // namespace fwproof::asa
