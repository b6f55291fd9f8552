// A set with ports or MAC addresses becomes groups of entries with the same ones, each a union of address pairs.
// Negation is made of the same parts: the complement within every group, and what no group names.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "vendor/iptables/ipset_match.hpp"
#include "vendor/iptables/values.hpp"

namespace fwproof::iptables {

namespace {

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
        if (next.size() > kMostSetPieces) return std::nullopt;
        rest = std::move(next);
    }
    return rest;
}

struct Group {
    std::optional<PortEntry> port;
    std::uint64_t mac = 0;
    std::vector<AddressPair> pairs;
};

class Services {
public:
    explicit Services(const SetQuestion& question) : question_(question), all_(question.all()) {}

    SetMatch run() const {
        const IpSet& set = question_.set;
        const std::string_view name = question_.name;
        std::vector<Group> groups;
        std::map<std::string, std::size_t> index;
        for (const auto& entry : set.entries) {
            if (entry.no_match) return widest_match(fmt::format("set '{}' has exceptions (nomatch)", name));
            Group group;
            std::string key;
            AddressPair pair{all_, all_};
            int addresses = 0;
            bool ok = entry.parts.size() == set.dimensions.size();
            for (std::size_t d = 0; ok && d < set.dimensions.size(); ++d) {
                const std::string_view part = entry.parts[d];
                switch (set.dimensions[d]) {
                    case Dimension::address: {
                        const auto value = entry_addresses(part, question_.family, addresses == 0 ? set.netmask : -1);
                        ok = value.has_value();
                        if (ok) (addresses++ == 0 ? pair.first : pair.second) = *value;
                        break;
                    }
                    case Dimension::port:
                        group.port = entry_port(part, question_.family);
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
            if (!ok) return widest_match(fmt::format("an entry of set '{}' was not understood", name));
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
        return question_.negated ? without(groups) : with(groups);
    }

private:
    // A bitmap of ports is for TCP and UDP alike.
    void both_transports(std::vector<Group>& groups) const {
        const std::size_t count = groups.size();
        for (std::size_t i = 0; i < count; ++i) {
            Group udp = groups[i];
            udp.port->protocol = kUdp;
            groups.push_back(std::move(udp));
        }
    }

    Alternative alternative(const Group& group, const AddressPair& pair) const {
        Alternative result;
        Product& header = result.match.header;
        int addresses = 0;
        for (std::size_t d = 0; d < question_.set.dimensions.size(); ++d) {
            const bool source = question_.sources[d];
            switch (question_.set.dimensions[d]) {
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

    SetMatch with(const std::vector<Group>& groups) const {
        SetMatch match;
        for (const auto& group : groups) {
            for (const auto& pair : group.pairs) match.alternatives.push_back(alternative(group, pair));
        }
        return match;
    }

    SetMatch without(const std::vector<Group>& groups) const {
        SetMatch match;
        std::vector<PortEntry> ports;
        Alternative rest;
        if (groups.size() > 2000) return widest_match("a negated set with too many combinations");
        for (std::size_t i = 0; i < groups.size(); ++i) {
            for (std::size_t j = 0; j < i; ++j) {
                if (groups[i].port && groups[j].port && groups[i].port->protocol == groups[j].port->protocol &&
                    groups[i].port->values.first <= groups[j].port->values.last &&
                    groups[j].port->values.first <= groups[i].port->values.last) {
                    return widest_match("a negated set with overlapping port ranges");
                }
            }
            if (groups[i].port) ports.push_back(*groups[i].port);
            const auto pieces = complement(groups[i].pairs, all_);
            if (!pieces) return widest_match("a negated set with too many combinations");
            for (const auto& pair : *pieces) match.alternatives.push_back(alternative(groups[i], pair));
        }
        for (std::size_t d = 0; d < question_.set.dimensions.size(); ++d) {  // what no group covers
            Product& header = rest.match.header;
            if (question_.set.dimensions[d] == Dimension::port) {
                header.services = share(other_services(ports, question_.sources[d]));
            } else if (question_.set.dimensions[d] == Dimension::mac) {
                IntervalSet<std::uint64_t> named;
                for (const auto& group : groups) named = named | IntervalSet<std::uint64_t>::of(group.mac);
                add_field(header, Field::source_mac, named.complement());
            }
        }
        match.alternatives.push_back(std::move(rest));
        return match;
    }

    const SetQuestion& question_;
    AddressSet all_;
};

}  // namespace

SetMatch match_services(const SetQuestion& question) { return Services(question).run(); }

}  // namespace fwproof::iptables
