#include "analysis/diversion.hpp"

#include <utility>

namespace fwproof {

namespace {

// Beyond so many pieces packets are taken to go both ways, which decides less and never wrongly.
constexpr std::size_t kMostPieces = 400;

AddressSet all_of(const AddressSetRef& addresses) { return addresses ? *addresses : AddressSet::any(); }

ServiceSet all_of(const ServiceSetRef& services) { return services ? *services : ServiceSet{{ServiceTerm{}}}; }

bool is_empty(const ServiceTerm& term) {
    return term.protocols.empty() || term.source_ports.empty() || term.destination_ports.empty();
}

// Of a term of a diversion only protocols and ports are looked at; it has ports only where all its protocols do.
ServiceTerm both(ServiceTerm term, const ServiceTerm& other) {
    term.protocols = term.protocols & other.protocols;
    term.source_ports = term.source_ports & other.source_ports;
    term.destination_ports = term.destination_ports & other.destination_ports;
    return term;
}

void add(ServiceSet& set, ServiceTerm term) {
    if (!is_empty(term)) set.terms.push_back(std::move(term));
}

ServiceSet both(const ServiceSet& set, const ServiceSet& other) {
    ServiceSet found;
    for (const auto& a : set.terms) {
        for (const auto& b : other.terms) add(found, both(a, b));
    }
    return found;
}

ServiceSet without(ServiceSet set, const ServiceSet& other) {
    for (const auto& gone : other.terms) {
        ServiceSet left;
        for (const auto& term : set.terms) {
            ServiceTerm part = term;
            part.protocols = term.protocols - gone.protocols;
            add(left, part);
            part = term;
            part.protocols = term.protocols & gone.protocols;
            part.source_ports = term.source_ports - gone.source_ports;
            add(left, part);
            part.source_ports = term.source_ports & gone.source_ports;
            part.destination_ports = term.destination_ports - gone.destination_ports;
            add(left, part);
        }
        set = std::move(left);
    }
    return set;
}

}  // namespace

DivertedPackets divert(const Policy& policy, const Product& header) {
    DivertedPackets found;
    std::vector<Product> open = {header};
    const auto returned = [&](Product product) { found.rest.push_back(std::move(product)); };
    for (const auto& diversion : policy.diversions) {
        const Product& taken = diversion.packets;
        const std::string* in = header.in.only();
        if (!taken.in.is_all() && !(in && taken.in.contains(*in))) continue;
        const bool both_ways = !diversion.surely || open.size() > kMostPieces;
        std::vector<Product> left;
        for (auto& product : open) {
            const AddressSet source = all_of(product.source), destination = all_of(product.destination);
            const AddressSet from = source & all_of(taken.source), to = destination & all_of(taken.destination);
            const bool any_service = !taken.services;
            const ServiceSet services = any_service ? ServiceSet{} : both(all_of(product.services), *taken.services);
            if (from.empty() || to.empty() || (!any_service && services.terms.empty())) {
                left.push_back(std::move(product));
                continue;
            }
            Product part = product;
            part.source = taken.source ? share(from) : product.source;
            part.destination = taken.destination ? share(to) : product.destination;
            if (!any_service) part.services = share(services);
            if (diversion.interfaces.empty()) {
                returned(part);
            } else {
                found.diverted.push_back({part, diversion.interfaces});
            }
            if (both_ways) {
                left.push_back(std::move(product));
                continue;
            }
            const auto keep = [&](Product rest, const AddressSet& addresses, bool is_source) {
                if (addresses.empty()) return;
                (is_source ? rest.source : rest.destination) = share(addresses);
                left.push_back(std::move(rest));
            };
            if (taken.source) keep(product, source - from, true);
            if (taken.destination) {
                Product rest = product;
                rest.source = part.source;
                keep(std::move(rest), destination - to, false);
            }
            if (any_service) continue;
            ServiceSet others = without(all_of(product.services), *taken.services);
            if (others.terms.empty()) continue;
            Product rest = part;
            rest.services = share(std::move(others));
            left.push_back(std::move(rest));
        }
        open = std::move(left);
    }
    for (auto& product : open) returned(std::move(product));
    return found;
}

}  // namespace fwproof
