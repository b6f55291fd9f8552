// Asks the kernel and fwproof the same questions.
#pragma once

#include <string>
#include <vector>

#include "kernel/network.hpp"

namespace fwproof::kernel {

struct Tally {
    std::size_t probes = 0;         // compared
    std::size_t permitted = 0;      // by the kernel
    std::size_t unknown = 0;        // to fwproof
    std::size_t not_delivered = 0;  // left out: the kernel does not deliver them with no rules at all
    std::size_t wrong = 0;
    std::vector<std::string> reports;  // of the first that were wrong

    void add(const Tally& other);
    std::string summary() const;
};

// One of fwproof's two answers: the naive evaluation of tests/support, the one that says what rules mean; and for some
// of the probes what the program itself computes.
//
// The kernel holds the rules of `policy`; `empty` says of each probe whether it arrives with no rules at all.
Tally compare(Network& network, const Policy& policy, const std::string& text, const std::vector<Probe>& probes,
              const std::vector<Arrival>& empty);

}  // namespace fwproof::kernel
