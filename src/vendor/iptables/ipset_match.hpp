// Set matches by kinds of sets. Where the parts become too many, or an entry is not understood, the answer is the
// widest that it can be, with the reason.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vendor/iptables/ipset.hpp"

namespace fwproof::iptables {

// One set that one rule asks about.
struct SetQuestion {
    std::string_view name;
    const IpSet& set;
    const std::vector<bool>& sources;  // of each part of an entry: the packet's source, else its destination
    bool negated = false;
    Family family{};

    AddressSet all() const { return AddressSet::any(family); }
};

inline constexpr std::size_t kMostSetPieces = 200;

SetMatch widest_match(std::string reason);

SetMatch match_addresses(const SetQuestion& question);   // addresses alone
SetMatch match_interfaces(const SetQuestion& question);  // networks with interfaces
SetMatch match_services(const SetQuestion& question);    // ports and MAC addresses, perhaps with addresses

// "10.0.0.0/8", "10.0.0.1", "10.0.0.1-10.0.0.9"; `netmask` below zero: none. Nothing where it is not understood.
std::optional<AddressSet> entry_addresses(std::string_view text, Family family, int netmask);

}  // namespace fwproof::iptables
