// What one path of a firewall permits beyond everything that is needed.
#pragma once

#include <span>
#include <vector>

#include "analysis/desk.hpp"
#include "fwproof/analysis/assess.hpp"

namespace fwproof {

// What is needed, or once was, of the packets that meet one path: a requirement and its packets with any source port
// and on any interface.
struct Claim {
    std::size_t requirement = 0;
    Product packets;
};

// The packets whose openings are looked at: first packets of new connections that can meet the path.
std::vector<Product> opening_question(const Firewall& firewall, Position position, const AddressSetRef& own);

// Appends the surplus of the path, by rule in the order of evaluation. `bound`: the addresses that roles are bound to;
// an opening of a transit device that touches none of them is only counted.
void find_surplus(const Desk& desk, std::size_t firewall, const Path& path, const std::vector<Product>& question,
                  const std::vector<Claim>& claims, std::span<const Requirement> requirements, const AddressSet& bound,
                  std::size_t region_limit, Assessment& assessment);

}  // namespace fwproof
