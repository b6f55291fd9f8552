#include "check/egress.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "check/report_openings.hpp"

namespace fwproof {

namespace {

const PortSet kEveryPort = PortSet::range(1, 65535), kDynamicPorts = PortSet::range(49152, 65535);

}  // namespace

std::string open_egress(const CheckContext& context, const Opening& opening) {
    if (opening.path->position != Position::transit || !opening.whole || !opening.surely) return {};
    if (!is_network(context, opening.firewall)) return {};
    const RuleDesk& desk = context.rules().desk(opening.firewall);
    if (is_any_to_any(desk, opening)) return {};
    const auto leads_out = [&](const Product& said) {
        if (!covers_internet(said.destination)) return false;
        const bool elsewhere = desk.outside.known && !said.out.negated && !said.out.any_of.empty() &&
                               !meets(said.out, desk.outside.interfaces.any_of);
        if (elsewhere) return false;
        if (only_private(said.source)) return true;
        // Any source, on an interface that is known not to be outside.
        return desk.outside.known && !said.in.negated && !said.in.any_of.empty() &&
               !meets(said.in, desk.outside.interfaces.any_of);
    };
    const auto every_port = [](const Product& said, std::uint8_t protocol) {
        return said.services &&
               std::any_of(said.services->terms.begin(), said.services->terms.end(), [&](const ServiceTerm& term) {
                   return term.protocols.contains(protocol) && kEveryPort.subset_of(term.destination_ports) &&
                          kDynamicPorts.subset_of(term.source_ports);
               });
    };
    std::vector<std::string> names;
    for (const auto& said : opening.said) {
        if (!leads_out(said)) continue;
        if (any_service(said.services)) return "every service";
        for (const std::uint8_t protocol : {kTcp, kUdp}) {
            std::string name = fmt::format("every {} port", protocol_name(protocol));
            const bool known = std::find(names.begin(), names.end(), name) != names.end();
            if (!known && every_port(said, protocol)) names.push_back(std::move(name));
        }
    }
    return names.empty() ? std::string() : join_some(names);
}

}  // namespace fwproof
