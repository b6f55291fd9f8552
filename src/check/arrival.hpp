// Rules and packets speak of headers as they come in. What a server behind a translation gets is another port.
#pragma once

#include <string>

#include "check/openings.hpp"
#include "check/sensitive_services.hpp"

namespace fwproof {

// Those of the packets that are sent to the service once they are translated. Where the new port is not known, those
// that the rule itself names by the service.
PacketSet arriving_at(const SensitiveService& service, const RuleDesk& desk, const Opening& opening,
                      const PacketSet& packets);

// Those of the packets that a translation of one port brings to the server; none where nothing is translated.
PacketSet published_by_port(const RuleDesk& desk, const Opening& opening, const PacketSet& packets);

// "tcp/3389 published as tcp/13389, tcp/8080": the services that the packets reach.
std::string services_reached(const Opening& opening, const PacketSet& packets);

// The addresses to which the packets are translated: "10.2.0.9, 10.2.0.10"; empty where that is not all of them.
std::string translated_ends(const Opening& opening, const PacketSet& packets);

}  // namespace fwproof
