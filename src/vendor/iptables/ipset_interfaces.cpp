// A set of networks with interfaces becomes regions of addresses that ask for the same interfaces.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "vendor/iptables/ipset_match.hpp"
#include "vendor/iptables/values.hpp"

namespace fwproof::iptables {

namespace {

// Longest networks first.
struct Longest {
    bool operator()(const Prefix& a, const Prefix& b) const {
        return a.length != b.length ? a.length > b.length : a.address < b.address;
    }
};

}  // namespace

// net/netfilter/ipset/ip_set_hash_gen.h, mtype_test_cidrs: of the networks of the set, whatever interface they are
// listed with, the longest one that has the address decides; the packet matches if its interface is listed with
// that one.
SetMatch match_interfaces(const SetQuestion& question) {
    const AddressSet all = question.all();
    using Interfaces = std::vector<InterfacePattern>;  // ascending
    std::map<Prefix, Interfaces, Longest> networks;
    for (const auto& entry : question.set.entries) {
        if (entry.no_match) return widest_match(fmt::format("set '{}' has exceptions (nomatch)", question.name));
        const auto network = entry.parts.size() == 2 ? parse_prefix(entry.parts[0]) : std::nullopt;
        if (!network || network->address.family != question.family || entry.parts[1].starts_with("physdev:"))
            return widest_match(fmt::format("an entry of set '{}' was not understood", question.name));
        networks[*network].push_back({std::string(entry.parts[1]), entry.wildcard});
    }
    std::map<Interfaces, AddressSet> regions;  // the addresses that a network with these interfaces decides for
    AddressSet decided;
    for (auto at = networks.begin(); at != networks.end();) {
        const std::uint8_t length = at->first.length;
        std::map<Interfaces, std::vector<AddressSet>> level;
        for (; at != networks.end() && at->first.length == length; ++at) {
            std::sort(at->second.begin(), at->second.end());
            level[at->second].push_back(AddressSet::of(at->first));
        }
        AddressSet here;
        for (const auto& [interfaces, parts] : level) {
            const AddressSet whole = union_of(parts);
            AddressSet& region = regions[interfaces];
            region = region | (whole - decided);
            here = here | whole;
            if (regions.size() > kMostSetPieces) return widest_match("a set with too many lists of interfaces");
        }
        decided = decided | here;
    }
    SetMatch match;
    const auto add = [&](AddressSet addresses, InterfaceSet interfaces) {
        if (addresses.empty()) return;
        Alternative alternative;
        Product& header = alternative.match.header;
        if (addresses != all) (question.sources[0] ? header.source : header.destination) = share(std::move(addresses));
        (question.sources[1] ? header.in : header.out) = std::move(interfaces);
        match.alternatives.push_back(std::move(alternative));
    };
    for (const auto& [interfaces, addresses] : regions) add(addresses, {interfaces, question.negated});
    if (question.negated) add(all - decided, InterfaceSet::any());
    return match;
}

}  // namespace fwproof::iptables
