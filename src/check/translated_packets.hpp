// What translation rules send to other hosts.
#pragma once

#include <vector>

#include "check/rule_desk.hpp"

namespace fwproof {

struct TranslatedPackets {
    RuleRef rule;       // with a new destination
    PacketSet packets;  // first packets that it translates, in the header as it enters the device
};

// Of the path's stages that do not filter, in the order in which packets meet them.
std::vector<TranslatedPackets> translated_packets(const RuleDesk& desk, const Path& path);

}  // namespace fwproof
