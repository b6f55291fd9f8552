// What earlier rules did to a packet, as far as later rules can tell.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>

#include "fwproof/analysis/evaluate.hpp"

namespace fwproof {

// Packets in one world have the same marks and the same translation behind them; a set of packets in a world is kept in
// the header with which they came.
struct World {
    std::array<std::uint32_t, kRegisterCount> registers{};
    RewrittenSide source;
    RewrittenSide destination;
    bool destination_translated = false;

    bool rewritten() const { return source != RewrittenSide{} || destination != RewrittenSide{}; }

    friend bool operator==(const World&, const World&) = default;
    friend auto operator<=>(const World&, const World&) = default;
};

// The product as a test of the header with which packets came, given that the rules see it as the world says. Tests of
// an unknown part are answered in favour of a match (widest) or against it. Nothing: no packet of the world passes.
std::optional<Product> in_world(const Product& product, const World& world, bool widest);

World after(const World& world, const SetRegister& set);
// Both parts' ports are disregarded unless the packets have ports.
World after(const World& world, const Translate& translate, bool has_ports);

}  // namespace fwproof
