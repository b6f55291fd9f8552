#include "check/sensitive_services.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

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

}  // namespace

FoundServices find_services(ServiceGroup group, const RuleDesk& desk, const PacketSet& in,
                            std::span<const Product> said) {
    FoundServices found{{}, desk.space.empty()};
    const auto all = sensitive_services();
    for (std::size_t i = 0; i < all.size(); ++i) {
        const SensitiveService& sensitive = all[i];
        if (sensitive.group != group || !named_by(said, sensitive)) continue;
        const PacketSet part = in & desk.sensitive[i];
        if (part.empty()) continue;
        found.packets = found.packets | part;
        const std::string ports = sensitive.first == sensitive.last
                                      ? fmt::format("{}", sensitive.first)
                                      : fmt::format("{}-{}", sensitive.first, sensitive.last);
        found.names.push_back(fmt::format("{}/{} ({})", protocol_name(sensitive.protocol), ports, sensitive.name));
    }
    return found;
}

}  // namespace fwproof
