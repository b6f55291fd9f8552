// What `--match-set NAME src,dst` matches, as alternatives of one union. A set of addresses alone becomes one set of
// addresses; one with interfaces, regions of addresses that ask for the same interfaces; every other, groups of entries
// with the same port and MAC address, each a union of address pairs. Negation is made of the same parts: the complement
// within every group, and what no group names. Where the parts become too many, or an entry is not understood, the
// answer is the widest that it can be, with the reason.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "vendor/iptables/ipset.hpp"
#include "vendor/iptables/values.hpp"

namespace fwproof::iptables {

namespace {

constexpr std::size_t kMostPieces = 200;

// "10.0.0.0/8", "10.0.0.1", "10.0.0.1-10.0.0.9"
std::optional<AddressSet> entry_addresses(std::string_view text, Family family, int netmask) {
    if (text.find('-') != std::string_view::npos) return parse_address_range(text, family);
    auto word = parse_address_word(text, family);
    if (!word || !word->exact) return std::nullopt;
    if (netmask < 0) return word->addresses;
    return parse_address_word(fmt::format("{}/{}", text.substr(0, text.find('/')), netmask), family)->addresses;
}

// The protocols with ports that sets know; the others count as port 0.
bool set_has_ports(std::uint8_t protocol) {
    return protocol == kTcp || protocol == kUdp || protocol == kSctp || protocol == kUdpLite;
}

struct PortEntry {
    std::uint8_t protocol = 0;
    Interval<std::uint16_t> values{0, 65535};  // ports; ICMP type and code; whole for the other protocols
};

// "tcp:80", "80", "udp:1-5", "icmp:8/0", "icmp:echo-request" (the same), "gre:0". Nothing where it is not understood.
std::optional<PortEntry> entry_port(std::string_view text, Family family) {
    PortEntry entry{kTcp, {}};
    const auto colon = text.find(':');
    if (colon != std::string_view::npos) {
        const auto protocol = parse_protocol_word(text.substr(0, colon));
        if (!protocol || *protocol == 0) return std::nullopt;
        entry.protocol = *protocol;
        text.remove_prefix(colon + 1);
    }
    if (set_has_ports(entry.protocol)) {
        const auto dash = text.find('-');
        const auto first = parse_port(text.substr(0, dash));
        const auto last = dash == std::string_view::npos ? first : parse_port(text.substr(dash + 1));
        if (!first || !last || *last < *first) return std::nullopt;
        entry.values = {*first, *last};
        return entry;
    }
    if (has_icmp_type(entry.protocol)) {
        if (text.find('/') == std::string_view::npos) {
            // A name is one type and one code; that of a whole type means code 0.
            const bool number = !text.empty() && text[0] >= '0' && text[0] <= '9';
            const auto named = number || text == "any" ? std::nullopt : parse_icmp_type(text, family);
            if (!named || named->intervals().size() != 1) return std::nullopt;
            const std::uint16_t code = named->intervals()[0].first;
            entry.values = {code, code};
            return entry;
        }
        const auto type = parse_icmp_type(text, family);
        if (!type || type->intervals().size() != 1) return std::nullopt;
        entry.values = type->intervals()[0];
        return entry;
    }
    if (text != "0") return std::nullopt;
    return entry;
}

ServiceTerm service_term(const PortEntry& entry, bool source) {
    ServiceTerm term;
    term.protocols = ProtocolSet::of(entry.protocol);
    const IntervalSet<std::uint16_t> values{entry.values};
    if (has_icmp_type(entry.protocol)) {
        term.icmp = values;
    } else if (set_has_ports(entry.protocol)) {
        (source ? term.source_ports : term.destination_ports) = values;
    }
    return term;
}

// Everything that no entry's service covers.
ServiceSet other_services(const std::vector<PortEntry>& entries, bool source) {
    ProtocolSet named;
    std::map<std::uint8_t, IntervalSet<std::uint16_t>> values;
    for (const auto& entry : entries) {
        named = named | ProtocolSet::of(entry.protocol);
        values[entry.protocol] = values[entry.protocol] | IntervalSet<std::uint16_t>{entry.values};
    }
    ServiceSet set;
    ServiceTerm rest;
    rest.protocols = named.complement();
    if (!rest.protocols.empty()) set.terms.push_back(rest);
    for (const auto& [protocol, used] : values) {
        const auto free = used.complement();
        if (free.empty() || !(set_has_ports(protocol) || has_icmp_type(protocol))) continue;
        ServiceTerm term;
        term.protocols = ProtocolSet::of(protocol);
        if (has_icmp_type(protocol)) {
            term.icmp = free;
        } else {
            (source ? term.source_ports : term.destination_ports) = free;
        }
        set.terms.push_back(term);
    }
    return set;
}

// Entries of one service or MAC address: a union of address pairs.
struct AddressPair {
    AddressSet first, second;
};

std::optional<std::vector<AddressPair>> complement(const std::vector<AddressPair>& pairs, const AddressSet& all) {
    std::vector<AddressPair> rest{{all, all}};
    for (const auto& pair : pairs) {
        std::vector<AddressPair> next;
        for (const auto& piece : rest) {
            AddressPair outside{piece.first - pair.first, piece.second};
            AddressPair beside{piece.first & pair.first, piece.second - pair.second};
            if (!outside.first.empty()) next.push_back(std::move(outside));
            if (!beside.first.empty() && !beside.second.empty()) next.push_back(std::move(beside));
        }
        if (next.size() > kMostPieces) return std::nullopt;
        rest = std::move(next);
    }
    return rest;
}

// Longest networks first.
struct Longest {
    bool operator()(const Prefix& a, const Prefix& b) const {
        return a.length != b.length ? a.length > b.length : a.address < b.address;
    }
};

struct Group {
    std::optional<PortEntry> port;
    std::uint64_t mac = 0;
    std::vector<AddressPair> pairs;
};

class Matcher {
public:
    Matcher(const IpSets& sets, std::string_view directions, bool negated, Family family)
        : sets_(sets), negated_(negated), family_(family), all_(AddressSet::any(family)) {
        for (const auto direction : split(directions, ',')) sources_.push_back(direction == "src");
    }

    SetMatch run(std::string_view name) {
        const auto found = sets_.find(name);
        if (found == sets_.end()) return widest(fmt::format("set '{}' is not in the ipset listing", name));
        if (found->second.list) return run_list(found->second);
        return run_set(name, found->second);
    }

private:
    SetMatch widest(std::string reason) const { return {{Alternative{}}, false, std::move(reason)}; }
    SetMatch nothing() const {
        SetMatch match;
        if (negated_) match.alternatives.push_back({});
        return match;
    }

    SetMatch run_list(const IpSet& list) {
        if (negated_ && list.entries.size() > 1) return widest("a negated list of sets");
        SetMatch all;
        if (list.entries.empty()) return nothing();
        for (const auto& entry : list.entries) {
            const auto member = sets_.find(entry.parts[0]);
            if (member == sets_.end() || member->second.list) return widest("a member of the list of sets is missing");
            SetMatch part = run_set(entry.parts[0], member->second);
            if (!part.exact) return part;
            std::move(part.alternatives.begin(), part.alternatives.end(), std::back_inserter(all.alternatives));
        }
        return all;
    }

    SetMatch run_set(std::string_view name, const IpSet& set) {
        if (!set.known)
            return widest(fmt::format("set '{}' is of type {} or has an option that is not read", name, set.type));
        if (!set.both_families && set.v6 != (family_ == Family::v6)) return nothing();
        if (sources_.size() < set.dimensions.size()) return nothing();
        if (set.dimensions.size() == 1 && set.dimensions[0] == Dimension::address) return run_addresses(name, set);
        for (std::size_t d = 0; d < set.dimensions.size(); ++d) {
            if (set.dimensions[d] == Dimension::mac && !sources_[d]) {
                return widest(
                    fmt::format("set '{}' is asked for the destination's MAC address, which newer kernels "
                                "look up and older ones never find",
                                name));
            }
        }
        if (set.dimensions == std::vector{Dimension::address, Dimension::interface}) return run_interfaces(name, set);
        return run_groups(name, set);
    }

    SetMatch run_addresses(std::string_view name, const IpSet& set) {
        std::vector<std::pair<AddressSet, bool>> by_length;  // widest first, so that the most specific entry decides
        std::vector<Interval<std::uint32_t>> v4;
        std::vector<Interval<uint128>> v6;
        std::vector<const IpSetEntry*> entries;
        const bool exceptions =
            std::any_of(set.entries.begin(), set.entries.end(), [](const auto& e) { return e.no_match; });
        for (const auto& entry : set.entries) entries.push_back(&entry);
        const auto length = [](const IpSetEntry* entry) {
            const auto slash = entry->parts[0].find('/');
            return slash == std::string_view::npos ? std::uint64_t{128}
                                                   : parse_number(entry->parts[0].substr(slash + 1), 128).value_or(128);
        };
        if (exceptions) {
            std::stable_sort(entries.begin(), entries.end(),
                             [&](const auto* a, const auto* b) { return length(a) < length(b); });
        }
        AddressSet members;
        for (const auto* entry : entries) {
            const auto part = entry_addresses(entry->parts[0], family_, set.netmask);
            if (!part) return widest(fmt::format("entry '{}' of set '{}' was not understood", entry->parts[0], name));
            if (exceptions) {
                members = entry->no_match ? members - *part : members | *part;
            } else {
                v4.insert(v4.end(), part->v4.intervals().begin(), part->v4.intervals().end());
                v6.insert(v6.end(), part->v6.intervals().begin(), part->v6.intervals().end());
            }
        }
        if (!exceptions) members = {IntervalSet<std::uint32_t>(std::move(v4)), IntervalSet<uint128>(std::move(v6))};
        if (negated_) members = all_ - members;
        SetMatch match;
        if (members.empty()) return match;
        Alternative alternative;
        (sources_[0] ? alternative.match.header.source : alternative.match.header.destination) =
            share(std::move(members));
        match.alternatives.push_back(std::move(alternative));
        return match;
    }

    // net/netfilter/ipset/ip_set_hash_gen.h, mtype_test_cidrs: of the networks of the set, whatever interface they are
    // listed with, the longest one that has the address decides; the packet matches if its interface is listed with
    // that one.
    SetMatch run_interfaces(std::string_view name, const IpSet& set) {
        using Interfaces = std::vector<InterfacePattern>;  // ascending
        std::map<Prefix, Interfaces, Longest> networks;
        for (const auto& entry : set.entries) {
            if (entry.no_match) return widest(fmt::format("set '{}' has exceptions (nomatch)", name));
            const auto network = entry.parts.size() == 2 ? parse_prefix(entry.parts[0]) : std::nullopt;
            if (!network || network->address.family != family_ || entry.parts[1].starts_with("physdev:"))
                return widest(fmt::format("an entry of set '{}' was not understood", name));
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
                if (regions.size() > kMostPieces) return widest("a set with too many lists of interfaces");
            }
            decided = decided | here;
        }
        SetMatch match;
        const auto add = [&](AddressSet addresses, InterfaceSet interfaces) {
            if (addresses.empty()) return;
            Alternative alternative;
            Product& header = alternative.match.header;
            if (addresses != all_) (sources_[0] ? header.source : header.destination) = share(std::move(addresses));
            (sources_[1] ? header.in : header.out) = std::move(interfaces);
            match.alternatives.push_back(std::move(alternative));
        };
        for (const auto& [interfaces, addresses] : regions) add(addresses, {interfaces, negated_});
        if (negated_) add(all_ - decided, InterfaceSet::any());
        return match;
    }

    SetMatch run_groups(std::string_view name, const IpSet& set) {
        std::vector<Group> groups;
        std::map<std::string, std::size_t> index;
        for (const auto& entry : set.entries) {
            if (entry.no_match) return widest(fmt::format("set '{}' has exceptions (nomatch)", name));
            Group group;
            std::string key;
            AddressPair pair{all_, all_};
            int addresses = 0;
            bool ok = entry.parts.size() == set.dimensions.size();
            for (std::size_t d = 0; ok && d < set.dimensions.size(); ++d) {
                const std::string_view part = entry.parts[d];
                switch (set.dimensions[d]) {
                    case Dimension::address: {
                        const auto value = entry_addresses(part, family_, addresses == 0 ? set.netmask : -1);
                        ok = value.has_value();
                        if (ok) (addresses++ == 0 ? pair.first : pair.second) = *value;
                        break;
                    }
                    case Dimension::port:
                        group.port = entry_port(part, family_);
                        ok = group.port.has_value();
                        key += part;
                        break;
                    case Dimension::mac: {
                        const auto mac = parse_mac(part);
                        ok = mac.has_value() && d == 0;
                        if (ok) group.mac = *mac;
                        key += part;
                        break;
                    }
                    case Dimension::interface:
                    case Dimension::other: ok = false; break;
                }
            }
            if (!ok) return widest(fmt::format("an entry of set '{}' was not understood", name));
            const auto [at, fresh] = index.emplace(key, groups.size());
            if (fresh) groups.push_back(std::move(group));
            auto& pairs = groups[at->second].pairs;
            if (!pairs.empty() && pairs.back().second == pair.second) {
                pairs.back().first = pairs.back().first | pair.first;
            } else {
                pairs.push_back(std::move(pair));
            }
        }
        if (set.dimensions.size() == 1 && set.dimensions[0] == Dimension::port) both_transports(groups);
        return negated_ ? without(set, groups) : with(set, groups);
    }

    // A bitmap of ports is for TCP and UDP alike.
    void both_transports(std::vector<Group>& groups) const {
        const std::size_t count = groups.size();
        for (std::size_t i = 0; i < count; ++i) {
            Group udp = groups[i];
            udp.port->protocol = kUdp;
            groups.push_back(std::move(udp));
        }
    }

    Alternative alternative(const IpSet& set, const Group& group, const AddressPair& pair) const {
        Alternative result;
        Product& header = result.match.header;
        int addresses = 0;
        for (std::size_t d = 0; d < set.dimensions.size(); ++d) {
            const bool source = sources_[d];
            switch (set.dimensions[d]) {
                case Dimension::address: {
                    const AddressSet& value = addresses++ == 0 ? pair.first : pair.second;
                    AddressSetRef& side = source ? header.source : header.destination;
                    if (value != all_) side = side ? share(*side & value) : share(value);
                    break;
                }
                case Dimension::port: header.services = share(ServiceSet{{service_term(*group.port, source)}}); break;
                case Dimension::mac:
                    add_field(header, Field::source_mac, IntervalSet<std::uint64_t>::of(group.mac));
                    break;
                case Dimension::interface:
                case Dimension::other: break;
            }
        }
        return result;
    }

    SetMatch with(const IpSet& set, const std::vector<Group>& groups) const {
        SetMatch match;
        for (const auto& group : groups) {
            for (const auto& pair : group.pairs) match.alternatives.push_back(alternative(set, group, pair));
        }
        return match;
    }

    SetMatch without(const IpSet& set, const std::vector<Group>& groups) const {
        SetMatch match;
        std::vector<PortEntry> ports;
        Alternative rest;
        if (groups.size() > 2000) return widest("a negated set with too many combinations");
        for (std::size_t i = 0; i < groups.size(); ++i) {
            for (std::size_t j = 0; j < i; ++j) {
                if (groups[i].port && groups[j].port && groups[i].port->protocol == groups[j].port->protocol &&
                    groups[i].port->values.first <= groups[j].port->values.last &&
                    groups[j].port->values.first <= groups[i].port->values.last) {
                    return widest("a negated set with overlapping port ranges");
                }
            }
            if (groups[i].port) ports.push_back(*groups[i].port);
            const auto pieces = complement(groups[i].pairs, all_);
            if (!pieces) return widest("a negated set with too many combinations");
            for (const auto& pair : *pieces) match.alternatives.push_back(alternative(set, groups[i], pair));
        }
        for (std::size_t d = 0; d < set.dimensions.size(); ++d) {  // what no group covers
            Product& header = rest.match.header;
            if (set.dimensions[d] == Dimension::port) {
                header.services = share(other_services(ports, sources_[d]));
            } else if (set.dimensions[d] == Dimension::mac) {
                IntervalSet<std::uint64_t> named;
                for (const auto& group : groups) named = named | IntervalSet<std::uint64_t>::of(group.mac);
                add_field(header, Field::source_mac, named.complement());
            }
        }
        match.alternatives.push_back(std::move(rest));
        return match;
    }

    const IpSets& sets_;
    bool negated_;
    Family family_;
    AddressSet all_;
    std::vector<bool> sources_;
};

}  // namespace

SetMatch match_set(const IpSets& sets, std::string_view name, std::string_view directions, bool negated,
                   Family family) {
    return Matcher(sets, directions, negated, family).run(name);
}

}  // namespace fwproof::iptables
