// The recorded random rulesets of fixtures/vendor/iptables/kernel.
#pragma once

#include <string>
#include <vector>

#include "vendor/iptables/kernel.hpp"

namespace fwproof::iptables {

struct RecordedProbe {
    std::string line;  // as it stands in the file
    Packet packet;
    bool permitted = false;  // by the kernel, then
};

struct Recorded {
    std::string id;
    Position position{};
    std::string ipset;  // what `ipset save` would print
    std::string rules;  // with the line that tells the family
    std::vector<RecordedProbe> probes;
};

std::vector<Recorded> read_recorded(const std::string& fixture, Family family);

}  // namespace fwproof::iptables
