// One policy with the packet space in which its rules are compared.
#pragma once

#include <array>
#include <map>
#include <span>
#include <vector>

#include "check/outside.hpp"
#include "fwproof/analysis/evaluate.hpp"

namespace fwproof {

struct RuleDesk {
    // The budget is for what is asked of the desk, not for the sets that it starts with.
    RuleDesk(const Firewall& judged, std::span<const Zone> zones, const Budget& budget);

    const Policy& policy;
    Outside outside;
    std::array<std::vector<Product>, 3> standing;  // by position: what stands on its paths, as the export says
    Space space;
    AddressSet everybody;  // the addresses of the families that the export speaks about
    PacketSet occurring;   // headers that can occur
    PacketSet first;       // of those, first packets between computers, in the families that the export speaks about
    std::vector<PacketSet> first_at;  // of those, by position: on interfaces that packets there come in and leave by
    PacketSet tcp, udp;
    PacketSet with_ports;              // TCP, UDP, SCTP
    PacketSet anybody;                 // from the Internet, coming in outside
    PacketSet unnamed_anybody;         // from there, coming in by an interface that no rule names, besides
    PacketSet perhaps_anybody;         // from there, coming in where nothing says whether it is outside
    std::vector<PacketSet> sensitive;  // of sensitive_services(), in their order
    const Budget budget;
    const PacketSet& first_of(Position position) const { return first_at[static_cast<std::size_t>(position)]; }
    // What took more than the budget: paths whose openings are not known, and rules that were not judged, by ruleset.
    mutable std::vector<const Path*> paths_beyond;
    mutable std::map<RulesetIndex, std::vector<std::uint32_t>> rules_beyond;
    bool incomplete() const { return !paths_beyond.empty() || !rules_beyond.empty(); }

    // What the rule matches whatever conditions, marks and translations are; what it may match.
    PacketSet surely(const Rule& rule) const;
    PacketSet possibly(const Rule& rule) const;
};

}  // namespace fwproof
