#include "check/sensitive_services.hpp"

#include <fmt/format.h>

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

FoundServices find_services(ServiceGroup group, const PacketSet& in) {
    const Space space = in.space();
    FoundServices found{{}, space.empty()};
    for (const auto& sensitive : sensitive_services()) {
        if (sensitive.group != group) continue;
        const PacketSet part = in & space.from(sensitive.product());
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
