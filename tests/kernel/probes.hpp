// Packets that find differences: from inside what a rule matches, from its borders, and from anywhere.
#pragma once

#include <iterator>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "kernel/network.hpp"

namespace fwproof::kernel {

class Random {
public:
    explicit Random(std::uint32_t seed) : engine_(seed) {}
    std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(engine_() % limit); }  // limit > 0
    bool one_in(std::uint32_t n) { return below(n) == 0; }
    template <class Container>
    const auto& from(const Container& container) {
        return container[below(static_cast<std::uint32_t>(std::size(container)))];
    }

private:
    std::mt19937 engine_;
};

// What probes are made of. Ports from kReservedPort on belong to known connections.
struct Pools {
    std::vector<Address> addresses[2];  // IPv4, IPv6
    std::vector<std::uint16_t> ports;
    std::vector<std::pair<std::uint8_t, std::uint8_t>> icmp[2];
    std::vector<std::string> interfaces;  // that exist, without lo
    std::vector<std::uint64_t> macs, hop_limits, tos, spis;
    std::vector<std::uint16_t> paddings;
};
inline constexpr std::uint16_t kReservedPort = 50000;

// Values that every packet could have.
Pools common_pools(std::vector<std::string> interfaces);
// The borders of what the rules test.
void add_borders(Pools& pools, const Policy& policy);

// Probes for one ruleset. They have different connections.
class ProbeMaker {
public:
    ProbeMaker(const Policy& policy, const Pools& pools, std::uint32_t seed)
        : policy_(policy), pools_(pools), random_(seed) {}
    Probe next(Family family, Position position);

private:
    void any_packet(Probe& probe, Family family);
    void move_into(Probe& probe, const Product& product);
    void perturb(Probe& probe);
    void settle(Probe& probe);  // fields that depend on each other; the state

    const Policy& policy_;
    const Pools& pools_;
    Random random_;
    std::uint16_t connections_ = 0;
};

}  // namespace fwproof::kernel
