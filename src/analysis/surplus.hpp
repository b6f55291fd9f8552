// What one path of a firewall permits beyond everything that is needed.
#pragma once

#include <optional>
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
    std::optional<Product> tolerated;  // what an opening for it may permit besides
    // The packets are not what the requirement says: what devices before this one made of them, one sentence each.
    bool translated = false;
    std::vector<std::string> translations;
};

// The packets whose openings are looked at: first packets of new connections that can meet the path.
std::vector<Product> opening_question(const Firewall& firewall, Position position, const AddressSetRef& own);

// ICMP over IPv6 and ICMPv6 over IPv4, which no computer takes; among the values of the desk.
const std::vector<Product>& foreign_icmp();

// Replies of a needed flow that meet the rules of the path, and the same as if they opened connections: a rule that
// looks at no state cannot let the ones pass without the others.
struct Answer {
    std::size_t requirement = 0;
    std::vector<Product> replies, first;  // the latter among the values of the desk
};

struct SurplusQuestion {
    std::size_t firewall = 0;
    const Path* path = nullptr;
    std::vector<Product> packets;  // opening_question()
    std::vector<Product> without;  // packets that do not meet the device; among the values of the desk
    const std::vector<Claim>& claims;
    std::vector<Answer> answers;
    AddressSet
        bound;  // what roles are bound to; an opening of a transit device that touches none of it is only counted
    std::size_t region_limit = 64;
};

// Appends the surplus of the path, by rule in the order of evaluation; where the budget does not suffice, says so.
void find_surplus(const Desk& desk, const SurplusQuestion& question, std::span<const Requirement> requirements,
                  Assessment& assessment);

}  // namespace fwproof
