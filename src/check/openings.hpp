// What each rule really lets in: the first packets of new connections that it decides on the whole path.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "check/rule_desk.hpp"
#include "fwproof/check/check.hpp"

namespace fwproof {

enum class OpenedBy : std::uint8_t {
    rule,      // a rule of the export
    implicit,  // what the device does by itself: a security level, a firewall that is switched off
    standard,  // the default verdict of a ruleset
};

struct Opening {
    std::size_t firewall = 0;  // into CheckContext::firewalls()
    const Path* path = nullptr;
    RuleRef rule;
    OpenedBy by{};
    bool surely = true;  // false: only if conditions of the rule hold
    // What the rule and the jumps to it say: addresses, services, interfaces. One entry for each alternative.
    std::vector<Product> said;
    PacketSet packets;  // what it decides; without the loopback interface
    // It decides at least half of what it says: exceptions before it do not change what kind of rule it is.
    bool whole = true;
    // How packets leave the path; null: as they came, nothing on the path translates the destination.
    std::shared_ptr<const std::vector<Departure>> departures;
};

// In the order in which packets meet the rules, path by path.
struct Openings {
    std::vector<Opening> permits;
    std::vector<Opening> denials;  // `said` and `whole` are not set
};
void find_openings(std::size_t firewall, const RuleDesk& desk, Openings& found);

// Addresses that anybody on the Internet can have.
const AddressSet& internet_addresses();
// At least half of the public addresses of a family: the Internet, perhaps with exceptions.
bool covers_internet(const AddressSetRef& addresses);
// At least half of all addresses of a family.
bool covers_most(const AddressSetRef& addresses);
bool only_private(const AddressSetRef& addresses);

// The part that anybody may send: from outside, where the rule leaves the source open to the Internet. Windows hosts
// are outside in the public profile only.
PacketSet from_anybody(const RuleDesk& desk, const Opening& opening);
// The same of the interfaces of which nothing says whether they lead outside.
PacketSet perhaps_from_anybody(const RuleDesk& desk, const Opening& opening);

}  // namespace fwproof
