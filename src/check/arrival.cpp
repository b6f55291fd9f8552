#include "check/arrival.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

#include "check/describe.hpp"
#include "check/report_openings.hpp"
#include "fwproof/packet/packet.hpp"

namespace fwproof {

namespace {

PacketSet of_protocol(std::uint8_t protocol, const Space& space) {
    Product product;
    product.services = service(protocol, PortSet::all());
    return space.from(product);
}

bool says_ports(const Opening& opening) {
    return std::any_of(opening.said.begin(), opening.said.end(),
                       [](const Product& said) { return !any_service(said.services); });
}

}  // namespace

PacketSet arriving_at(const SensitiveService& sensitive, const RuleDesk& desk, const Opening& opening,
                      const PacketSet& packets) {
    const PacketSet as_they_come = packets & desk.space.from(sensitive.product());
    if (!opening.departures) return as_they_come;
    const PacketSet of_its_protocol = packets & of_protocol(sensitive.protocol, desk.space);
    PacketSet found = desk.space.empty();
    for (const Departure& departure : *opening.departures) {
        const auto& to = departure.destination;
        if (to.port_unknown) {
            if (says_ports(opening)) found = found | (of_its_protocol & departure.packets);
        } else if (!to.port) {
            found = found | (as_they_come & departure.packets);
        } else if (sensitive.first <= *to.port && *to.port <= sensitive.last) {
            found = found | (of_its_protocol & departure.packets);
        }
    }
    return found;
}

PacketSet published_by_port(const RuleDesk& desk, const Opening& opening, const PacketSet& packets) {
    PacketSet found = desk.space.empty();
    if (!opening.departures) return found;
    for (const Departure& departure : *opening.departures) {
        if (departure.destination.port) found = found | (packets & departure.packets);
    }
    return found;
}

std::string services_reached(const Opening& opening, const PacketSet& packets) {
    if (!opening.departures) return services_text(packets);
    std::vector<std::string> names;
    PacketSet rest = packets;
    for (const Departure& departure : *opening.departures) {
        const auto& port = departure.destination.port;
        const PacketSet part = packets & departure.packets;
        if (!port || part.empty()) continue;
        rest = rest - part;
        for (const std::uint8_t protocol : {kTcp, kUdp, kSctp}) {
            const PacketSet sent = part & of_protocol(protocol, packets.space());
            if (sent.empty()) continue;
            std::string name = fmt::format("{}/{}", protocol_name(protocol), *port);
            if (const std::string as = services_text(sent); as != name) name += " published as " + as;
            if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
        }
    }
    if (!rest.empty()) names.push_back(services_text(rest));
    return join_some(names);
}

std::string translated_ends(const Opening& opening, const PacketSet& packets) {
    if (!opening.departures) return {};
    constexpr std::size_t kMost = 4;
    std::set<Address> ends;
    for (const Departure& departure : *opening.departures) {
        if (!packets.intersects(departure.packets)) continue;
        if (!departure.destination.address) return {};
        ends.insert(*departure.destination.address);
    }
    if (ends.empty() || ends.size() > kMost) return {};
    std::vector<std::string> names;
    for (const auto& end : ends) names.push_back(to_string(end));
    return join_some(names);
}

}  // namespace fwproof
