#include "check/port_ranges.hpp"

#include <fmt/format.h>

namespace fwproof {

namespace {

constexpr std::uint16_t kFirstDynamic = 49152, kFirstUnprivileged = 1024, kLastPort = 65535;
// What traceroute sends to.
const PortSet kTraceroute = PortSet::range(33434, 33534);

bool is_dynamic(const Interval<std::uint16_t>& ports) {
    return ports.first >= kFirstUnprivileged && ports.first <= kFirstDynamic && ports.last == kLastPort;
}

bool is_wide(const Interval<std::uint16_t>& ports) {
    if (static_cast<std::uint32_t>(ports.last - ports.first) + 1 <= kWidestRange) return false;
    return !PortSet::range(ports.first, ports.last).subset_of(kTraceroute);
}

std::string range_name(std::uint8_t protocol, const Interval<std::uint16_t>& ports) {
    if (ports.first <= 1 && ports.last == kLastPort) return fmt::format("every {} port", protocol_name(protocol));
    return fmt::format("{}/{}-{}", protocol_name(protocol), ports.first, ports.last);
}

}  // namespace

PortRanges wide_ranges(const CheckContext& context, const Opening& opening, RangeKind kind) {
    const RuleDesk& desk = context.rules().desk(opening.firewall);
    PortRanges found{{}, desk.space.empty()};
    if (!opening.surely) return found;
    const bool outward = opening.path->position == Position::transit && says_any_destination(opening) &&
                         from_anybody(desk, opening).empty();
    if (outward) return found;
    for (const auto& said : opening.said) {
        if (!said.services || any_service(said.services)) continue;
        for (const auto& term : said.services->terms) {
            if (!term.source_ports.is_all() && term.source_ports.subset_of(PortSet::range(0, 1023))) continue;
            for (const std::uint8_t protocol : {kTcp, kUdp}) {
                if (!term.protocols.contains(protocol)) continue;
                for (const auto& ports : term.destination_ports.intervals()) {
                    if (!(kind == RangeKind::dynamic ? is_dynamic(ports) : is_wide(ports) && !is_dynamic(ports)))
                        continue;
                    Product product = said;
                    ServiceTerm narrow = term;
                    narrow.protocols = ProtocolSet::of(protocol);
                    narrow.destination_ports = PortSet::range(ports.first, ports.last);
                    product.services = share(ServiceSet{{std::move(narrow)}});
                    const PacketSet said_packets = desk.space.from(product);
                    const PacketSet part = opening.packets & said_packets;
                    if (part.empty()) continue;
                    found.names.push_back(range_name(protocol, ports));
                    found.packets = found.packets | part;
                }
            }
        }
    }
    return found;
}

std::vector<std::string> notable_services(const RuleDesk& desk, const PacketSet& packets) {
    std::vector<std::string> names;
    for (const ServiceGroup group : {ServiceGroup::admin, ServiceGroup::worm, ServiceGroup::database}) {
        const auto found = find_services(group, desk, packets).names;
        names.insert(names.end(), found.begin(), found.end());
    }
    return names;
}

}  // namespace fwproof
