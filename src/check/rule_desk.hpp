// One policy with the packet space in which its rules are compared.
#pragma once

#include "fwproof/analysis/evaluate.hpp"

namespace fwproof {

struct RuleDesk {
    explicit RuleDesk(const Policy& judged);

    const Policy& policy;
    Space space;
    PacketSet occurring;   // headers that can occur
    PacketSet first;       // of those, first packets between computers, in the families that the export speaks about
    PacketSet with_ports;  // TCP, UDP, SCTP
    PacketSet anybody;     // from the Internet, coming in outside
    std::vector<PacketSet> sensitive;    // of sensitive_services(), in their order
    mutable bool out_of_budget = false;  // something could not be computed

    // What the rule matches whatever conditions, marks and translations are; what it may match.
    PacketSet surely(const Rule& rule) const;
    PacketSet possibly(const Rule& rule) const;
};

}  // namespace fwproof
