#include "check/report_openings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <utility>

#include "check/arrival.hpp"
#include "check/egress.hpp"
#include "check/standing.hpp"
#include "fwproof/analysis/plain.hpp"

namespace fwproof {

namespace {

constexpr std::size_t kRegionLimit = 16;
constexpr std::size_t kMostExact = 256;  // products

bool any_said(const Opening& opening, const std::function<bool(const Product&)>& test) {
    return std::any_of(opening.said.begin(), opening.said.end(), test);
}

bool is_local(const Product& said) {
    static const AddressSet kNeighbours =
        parse_address_set("224.0.0.0/24 239.255.255.250 255.255.255.255 ff02::/16").value();
    if (said.destination && said.destination->subset_of(kNeighbours)) return true;
    if (!said.services) return false;
    return std::all_of(said.services->terms.begin(), said.services->terms.end(), [](const ServiceTerm& term) {
        const bool v4 = term.source_ports == PortSet::of(67) && term.destination_ports == PortSet::of(68);
        const bool v6 = term.source_ports == PortSet::of(547) && term.destination_ports == PortSet::of(546);
        return term.protocols == ProtocolSet::of(kUdp) && (v4 || v6);
    });
}

std::string end_text(const Opening& opening, const AddressSetRef Product::*end) {
    if (opening.said.empty()) return "several addresses";
    AddressSet addresses;
    bool differs = false;
    for (const Product& said : opening.said) {
        if (!(said.*end) || (said.*end)->is_all()) return "anywhere";
        differs = differs || *(said.*end) != *(opening.said.front().*end);
        addresses = addresses | *(said.*end);
    }
    if (addresses.is_all()) return "anywhere";
    if (differs) return "several addresses";
    const std::string text = to_string(addresses);
    return text.size() <= 60 ? text : text.substr(0, text.rfind(", ", 60)) + " ...";
}

bool made_up(const InterfacePattern& pattern) { return pattern.name.starts_with(kOtherInterface); }

// Interfaces that no rule names stand in the packet space by a made-up name; people say them by what they are not.
void put_into_words(const RuleDesk& desk, InterfaceSet& set) {
    if (std::none_of(set.any_of.begin(), set.any_of.end(), made_up)) return;
    std::set<InterfacePattern> other = interfaces_of_rules(desk.policy);
    other.insert(desk.outside.interfaces.any_of.begin(), desk.outside.interfaces.any_of.end());
    other.insert({"lo", false});
    for (const auto& pattern : set.any_of) other.erase(pattern);
    std::erase_if(other, made_up);
    set = {{other.begin(), other.end()}, !set.negated};
}

// Products that differ in the way out alone are one, and then those that differ in the family of the destination: the
// packets of a rule part on the ways that routes lead, about which the rule says nothing.
void join_ways(std::vector<Product>& products, const PacketSet& asked) {
    for (std::size_t i = 0; i < products.size(); ++i) {
        for (std::size_t j = products.size(); --j > i;) {
            if (products[i].out.negated || products[j].out.negated || products[i].out == products[j].out) continue;
            Product same = products[j];
            same.out = products[i].out;
            if (!(same == products[i])) continue;
            auto& names = products[i].out.any_of;
            names.insert(names.end(), products[j].out.any_of.begin(), products[j].out.any_of.end());
            std::sort(names.begin(), names.end());
            names.erase(std::unique(names.begin(), names.end()), names.end());
            products.erase(products.begin() + static_cast<std::ptrdiff_t>(j));
        }
    }
    for (std::size_t i = 0; i < products.size(); ++i) {
        for (std::size_t j = products.size(); --j > i;) {
            if (!products[i].destination || !products[j].destination) continue;
            Product both = products[i];
            both.destination = share(*products[i].destination | *products[j].destination);
            if (!both.destination->is_all()) continue;
            Product same = products[j];
            same.destination = products[i].destination;
            if (!(same == products[i])) continue;
            both.destination = nullptr;
            products[i] = std::move(both);
            products.erase(products.begin() + static_cast<std::ptrdiff_t>(j));
        }
    }
    for (auto& product : products) {
        Product anyhow = product;
        anyhow.out = InterfaceSet::any();
        if (product.out.any_of.size() > 1 && !product.out.negated &&
            (asked.space().from(anyhow) & asked).subset_of(asked.space().from(product)))
            product = std::move(anyhow);
    }
}

}  // namespace

Finding finding_about(const Check& check, const CheckContext& context, const Opening& opening,
                      const PacketSet& packets) {
    const Firewall& firewall = context.firewalls()[opening.firewall];
    const Policy& policy = *firewall.policy;
    Finding finding = finding_about(check, firewall, opening.rule);
    finding.decided_by.push_back(evidence(firewall, {opening.rule, Verdict::permit, opening.surely}));
    finding.witness = packets.pick();
    // Where only packets from the Internet are meant, no region needs to say so.
    const RuleDesk& desk = context.rules().desk(opening.firewall);
    const PacketSet anybody = desk.anybody | desk.unnamed_anybody;
    const PacketSet& first = desk.first_of(opening.path->position);
    const bool from_internet = packets.subset_of(anybody);
    const PacketSet asked = from_internet ? first & anybody : first;
    auto region = plain_products(packets, asked, kRegionLimit);
    if (opening.path->position == Position::transit &&
        desk.standing[static_cast<std::size_t>(Position::transit)].size() > 1)
        join_ways(region.products, asked);
    finding.region = plain_region(region.products);
    for (auto& product : finding.region) put_into_words(desk, product.in);
    finding.region_complete = region.complete;
    finding.subject = {standing_at(opening.path->position)};
    if (auto exact = packets.products(kMostExact); exact.complete) {
        finding.packets = std::move(exact.products);
        // The ways out follow from routes, which may change without the rule.
        const bool by_routes = desk.standing[static_cast<std::size_t>(opening.path->position)].size() > 1 &&
                               !any_said(opening, [](const Product& said) { return !said.out.is_all(); });
        for (auto& product : finding.packets) {
            if (by_routes) product.out = InterfaceSet::any();
        }
    }
    if (!opening.surely) {
        finding.certainty = Certainty::may_be_less;
        const auto& rules = policy.rulesets[opening.rule.ruleset].rules;
        if (opening.rule.rule < rules.size()) {
            for (const auto& condition : rules[opening.rule.rule].match.conditions) {
                finding.conditions.push_back(fmt::format("{} {}", to_string(condition.kind), condition.value));
            }
        }
    }
    return finding;
}

void doubt_other_uplinks(const RuleDesk& desk, const PacketSet& packets, Finding& finding) {
    if (!desk.outside.known || packets.intersects(desk.anybody) || !packets.intersects(desk.unnamed_anybody)) return;
    std::vector<std::string> names;
    for (const auto& one : desk.outside.interfaces.any_of) names.push_back(one.name + (one.prefix ? "+" : ""));
    finding.message += fmt::format(", if an interface besides {} leads to the Internet", join_some(names));
    finding.severity = std::min(finding.severity, Severity::warning);
    finding.certainty = Certainty::assumed;
}

Finding finding_about_services(const Check& check, const CheckContext& context, const Opening& opening,
                               const FoundServices& found) {
    Finding finding = finding_about(check, context, opening, found.packets);
    const Policy& policy = *context.firewalls()[opening.firewall].policy;
    finding.message = fmt::format("{} {} {} from {} to {}", rule_name(policy, opening.rule),
                                  opening.surely ? "permits" : "may permit", join_some(found.names),
                                  source_text(opening), destination_text(opening));
    return finding;
}

void each_opening(const CheckContext& context, const std::function<bool(const Opening&)>& look) {
    std::set<std::pair<const Source*, std::uint32_t>> done;
    for (const auto& opening : context.rules().openings()) {
        if (opening.by != OpenedBy::rule || opening.path->position == Position::outbound) continue;
        const SourceSpan span = rule_span(*context.firewalls()[opening.firewall].policy, opening.rule);
        const std::pair key(span.source, span.offset);
        if (span && done.contains(key)) continue;
        if (look(opening) && span) done.insert(key);
    }
}

std::string source_text(const Opening& opening) { return end_text(opening, &Product::source); }

std::string destination_text(const Opening& opening) {
    std::string text = end_text(opening, &Product::destination);
    if (text == "anywhere" || opening.said.size() != 1) {
        if (std::string ends = translated_ends(opening, opening.packets); !ends.empty()) text = std::move(ends);
    }
    return opening.path->position == Position::inbound && text == "anywhere" ? "this device" : text;
}

std::string place_text(const Opening& opening) {
    const std::string text = destination_text(opening);
    return text == "anywhere" ? "everywhere" : "at " + text;
}

std::string every_service_text(const RuleDesk& desk, const Opening& opening, const std::string& from) {
    std::vector<std::string> gone;
    for (const auto& [name, packets] : {std::pair("TCP", &desk.tcp), std::pair("UDP", &desk.udp)}) {
        if ((opening.packets & *packets).empty()) gone.emplace_back(name);
    }
    const std::string rule = rule_name(desk.policy, opening.rule), to = destination_text(opening);
    if (gone.empty()) {
        return fmt::format("{} {} every service from {} to {}", rule, opening.surely ? "permits" : "may permit", from,
                           to);
    }
    return fmt::format("{} is written for every service from {} to {}; what comes before it leaves it no {}", rule,
                       from, to, fmt::join(gone, " and no "));
}

std::string services_text(const PacketSet& packets) {
    std::vector<std::string> names;
    for (const auto& product : plain_products(packets, packets.space().all(), 8).products) {
        std::string name = "every service";
        if (product.services) {
            ServiceSet services = *product.services;
            for (auto& term : services.terms) term.tcp_flags = IntervalSet<std::uint8_t>::all();
            name = to_string(services);
        }
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
    return join_some(names);
}

std::string services_said(const Opening& opening) {
    std::vector<std::string> names;
    for (const auto& said : opening.said) {
        const std::string name = said.services ? to_string(*said.services) : "any";
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
    return join_some(names);
}

bool any_service(const ServiceSetRef& services) {
    return !services || std::any_of(services->terms.begin(), services->terms.end(), [](const ServiceTerm& term) {
        return term.protocols.is_all() && term.destination_ports.is_all() && term.source_ports.is_all();
    });
}

bool says_any_service(const Opening& opening) {
    return any_said(opening, [](const Product& said) { return any_service(said.services); });
}

bool says_any_destination(const Opening& opening) {
    return any_said(opening, [](const Product& said) { return covers_most(said.destination); });
}

bool is_local_exchange(const Opening& opening) {
    return std::all_of(opening.said.begin(), opening.said.end(), [](const Product& said) { return is_local(said); });
}

bool is_any_to_any(const RuleDesk& desk, const Opening& opening) {
    const bool says = any_said(opening, [](const Product& said) {
        return covers_internet(said.source) && covers_most(said.destination) && any_service(said.services);
    });
    return says && opening.whole && !from_anybody(desk, opening).empty();
}

bool is_network(const CheckContext& context, std::size_t firewall) {
    if (context.input().position) return *context.input().position == FirewallKind::transit;
    if (context.firewalls()[firewall].placed) return context.firewalls()[firewall].kind == FirewallKind::transit;
    if (lowest_interfaces(*context.firewalls()[firewall].policy)) return true;
    // A host that forwards nothing has no rule that lets new packets through.
    const auto& openings = context.rules().openings();
    return std::any_of(openings.begin(), openings.end(), [&](const Opening& opening) {
        return opening.firewall == firewall && opening.by == OpenedBy::rule &&
               opening.path->position == Position::transit;
    });
}

bool is_open_egress(const CheckContext& context, const Opening& opening) {
    return !open_egress(context, opening).empty();
}

void report_services_from_anybody(const CheckContext& context, const Check& check, ServiceGroup group,
                                  std::vector<Finding>& findings) {
    each_opening(context, [&](const Opening& opening) {
        const RuleDesk& desk = context.rules().desk(opening.firewall);
        const PacketSet anybody = from_anybody(desk, opening);
        if (anybody.empty() || is_any_to_any(desk, opening)) return false;
        const FoundServices found = find_services(group, desk, anybody, opening);
        if (found.names.empty()) return false;
        const Firewall& firewall = context.firewalls()[opening.firewall];
        Finding finding = finding_about(check, context, opening, found.packets);
        finding.message = fmt::format("{} {} anybody reach {} {}", rule_name(*firewall.policy, opening.rule),
                                      opening.surely ? "lets" : "may let", join_some(found.names), place_text(opening));
        doubt_other_uplinks(desk, found.packets, finding);
        findings.push_back(std::move(finding));
        return true;
    });
}

PacketSet to_named_ports(const RuleDesk& desk, const Opening& opening, std::uint32_t widest) {
    // What it decides lies in what it says.
    const bool all_named = std::all_of(opening.said.begin(), opening.said.end(), [&](const Product& said) {
        return said.services &&
               std::all_of(said.services->terms.begin(), said.services->terms.end(), [&](const auto& term) {
                   const auto& ports = term.destination_ports.intervals();
                   return std::all_of(ports.begin(), ports.end(), [&](const auto& i) {
                       return static_cast<std::uint32_t>(i.last - i.first) < widest;
                   });
               });
    });
    if (all_named) return opening.packets;
    std::vector<Product> named;
    for (const auto& said : opening.said) {
        if (!said.services) continue;
        for (const auto& term : said.services->terms) {
            PortSet ports;
            for (const auto& i : term.destination_ports.intervals()) {
                if (static_cast<std::uint32_t>(i.last - i.first) < widest)
                    ports = ports | PortSet::range(i.first, i.last);
            }
            if (ports.empty()) continue;
            Product product = said;
            if (opening.departures) product.destination = nullptr;  // that of the packet behind its translation
            ServiceTerm narrow = term;
            narrow.destination_ports = ports;
            product.services = share(ServiceSet{{std::move(narrow)}});
            named.push_back(std::move(product));
        }
    }
    return (opening.packets & desk.space.from(named)) | published_by_port(desk, opening, opening.packets);
}

}  // namespace fwproof
