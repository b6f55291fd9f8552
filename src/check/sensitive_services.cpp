#include "check/sensitive_services.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "check/arrival.hpp"
#include "check/report_openings.hpp"

namespace fwproof {

std::span<const SensitiveService> sensitive_services() {
    static constexpr auto kServices = std::to_array<SensitiveService>({
#define FWPROOF_SENSITIVE(group, protocol, first, last, name) {ServiceGroup::group, protocol, first, last, name},
#include "check/sensitive_services.def"
#undef FWPROOF_SENSITIVE
    });
    return kServices;
}

Product SensitiveService::product() const {
    Product product;
    product.services = service(protocol, PortSet::range(first, last));
    return product;
}

namespace {

bool meets(const ServiceTerm& term, const SensitiveService& sensitive) {
    if (!term.protocols.contains(sensitive.protocol)) return false;
    const auto& ports = term.destination_ports.intervals();
    return std::any_of(ports.begin(), ports.end(),
                       [&](const auto& i) { return i.first <= sensitive.last && sensitive.first <= i.last; });
}

bool named_by(std::span<const Product> said, const SensitiveService& sensitive) {
    return said.empty() || std::any_of(said.begin(), said.end(), [&](const Product& product) {
               return !product.services || std::any_of(product.services->terms.begin(), product.services->terms.end(),
                                                       [&](const ServiceTerm& term) { return meets(term, sensitive); });
           });
}

std::string name_of(const SensitiveService& sensitive) {
    const std::string ports = sensitive.first == sensitive.last ? fmt::format("{}", sensitive.first)
                                                                : fmt::format("{}-{}", sensitive.first, sensitive.last);
    return fmt::format("{}/{} ({})", protocol_name(sensitive.protocol), ports, sensitive.name);
}

}  // namespace

FoundServices find_services(ServiceGroup group, const RuleDesk& desk, const PacketSet& in) {
    FoundServices found{{}, desk.space.empty()};
    const auto all = sensitive_services();
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all[i].group != group) continue;
        const PacketSet part = in & desk.sensitive[i];
        if (part.empty()) continue;
        found.packets = found.packets | part;
        found.names.push_back(name_of(all[i]));
    }
    return found;
}

FoundServices find_services(ServiceGroup group, const RuleDesk& desk, const PacketSet& in, const Opening& opening) {
    FoundServices found{{}, desk.space.empty()};
    const auto all = sensitive_services();
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all[i].group != group) continue;
        const PacketSet sent = in & desk.sensitive[i];
        if (group == ServiceGroup::published) found.packets = found.packets | sent;
        if (!named_by(opening.said, all[i])) continue;
        const PacketSet part = opening.departures ? arriving_at(all[i], desk, opening, in) : sent;
        if (part.empty()) continue;
        found.packets = found.packets | part;
        std::string name = name_of(all[i]);
        if (const PacketSet elsewhere = part - sent; !elsewhere.empty())
            name += " published as " + services_text(elsewhere);
        found.names.push_back(std::move(name));
    }
    return found;
}

}  // namespace fwproof
