#include "kernel/probes.hpp"

#include <algorithm>

#include "vendor/iptables/kernel.hpp"

namespace fwproof::kernel {

namespace {

std::size_t at(Family family) { return family == Family::v4 ? 0 : 1; }

constexpr std::uint8_t kProtocols[2][10] = {{kTcp, kTcp, kTcp, kUdp, kUdp, kIcmp, kSctp, kUdpLite, 47, 253},
                                            {kTcp, kTcp, kTcp, kUdp, kUdp, kIcmp6, kSctp, kUdpLite, 47, 253}};
constexpr std::uint8_t kFlags[] = {kSyn,
                                   kSyn,
                                   kSyn,
                                   kAck,
                                   kSyn | kAck,
                                   kFin,
                                   kRst,
                                   0,
                                   kPsh | kAck,
                                   kFin | kPsh | kUrg,
                                   kSyn | kFin,
                                   kRst | kAck,
                                   kSyn | kEce | kCwr,
                                   255};

// A member: mostly at an end of an interval.
template <class T>
T member(Random& random, const IntervalSet<T>& set) {
    const auto& interval = random.from(set.intervals());
    switch (random.below(4)) {
        case 0: return interval.first;
        case 1: return interval.last;
        default: return static_cast<T>(interval.first + (interval.last - interval.first) / 2);
    }
}

template <class T, class Add>
void add_ends(const IntervalSet<T>& set, Add add) {
    std::size_t count = 0;
    for (const auto& interval : set.intervals()) {
        if (++count > 40) return;  // enough of a set with thousands
        add(interval.first);
        add(interval.last);
        if (interval.first != IntervalSet<T>::kMin) add(static_cast<T>(interval.first - 1));
        if (interval.last != IntervalSet<T>::kMax) add(static_cast<T>(interval.last + 1));
    }
}

template <class T>
void add_once(std::vector<T>& values, const T& value) {
    if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
}

// Sources that the kernel drops before any hook of interest, and destinations that it never routes.
bool usable(const Address& address) {
    if (address.family == Family::v6) {
        const auto high = static_cast<unsigned>(address.value >> 112);
        return address.value > 1 && high < 0xfe80;
    }
    const auto high = static_cast<unsigned>(address.value >> 24);
    return high != 0 && high != 127 && high < 224;
}

bool is_group(const Address& address) { return !usable(address) && address.value != 0; }

void add_product(Pools& pools, const Product& product) {
    for (const auto& set : {product.source, product.destination}) {
        if (!set) continue;
        add_ends(set->v4, [&](std::uint32_t value) {
            if (usable({Family::v4, value})) add_once(pools.addresses[0], {Family::v4, value});
        });
        add_ends(set->v6, [&](uint128 value) {
            if (usable({Family::v6, value})) add_once(pools.addresses[1], {Family::v6, value});
        });
    }
    if (product.services) {
        for (const auto& term : product.services->terms) {
            for (const auto* ports : {&term.source_ports, &term.destination_ports}) {
                add_ends(*ports, [&](std::uint16_t port) { add_once(pools.ports, port); });
            }
            if (term.icmp.is_all()) continue;
            const bool v6 = term.protocols.contains(kIcmp6);
            add_ends(term.icmp, [&](std::uint16_t both) {
                add_once(pools.icmp[v6 ? 1 : 0],
                         {static_cast<std::uint8_t>(both >> 8), static_cast<std::uint8_t>(both)});
            });
        }
    }
    for (const auto& test : product.fields) {
        const auto numbers = [&](std::vector<std::uint64_t>& values, std::uint64_t least, std::uint64_t most) {
            add_ends(test.values, [&](std::uint64_t value) {
                if (value >= least && value <= most) add_once(values, value);
            });
        };
        if (test.field == Field::ttl) numbers(pools.hop_limits, 2, 250);
        if (test.field == Field::tos) numbers(pools.tos, 0, 255);
        if (test.field == Field::spi) numbers(pools.spis, 0, 0xffffffff);
        if (test.field == Field::source_mac) numbers(pools.macs, 1, kNoMac - 1);
    }
}

}  // namespace

Pools common_pools(std::vector<std::string> interfaces) {
    Pools pools;
    for (const std::uint32_t last : {1U, 2U, 5U, 7U, 8U, 15U, 16U, 31U, 32U, 50U, 63U})
        pools.addresses[0].push_back({Family::v4, 0x0a000000 + last});
    for (const char* text : {"192.0.2.7", "198.51.100.9", "9.255.255.255"})
        pools.addresses[0].push_back(*parse_address(text));
    for (const char* text : {"2001:db8::1", "2001:db8::2", "2001:db8::7", "2001:db8::f", "2001:db8::10", "2001:db8::1f",
                             "2001:db8::30", "2001:db8:1::1", "2a00::9"}) {
        pools.addresses[1].push_back(*parse_address(text));
    }
    pools.ports = {0, 1, 22, 53, 80, 443, 1023, 1024, 40000, 65535};
    pools.icmp[0] = {{8, 0}, {8, 5}, {0, 0}, {3, 0}, {3, 4}, {11, 0}, {13, 0}, {15, 0}, {17, 0}, {12, 0}, {40, 0}};
    pools.icmp[1] = {{128, 0}, {129, 0}, {1, 0},   {1, 4},   {2, 0},   {3, 0},
                     {139, 0}, {133, 0}, {135, 0}, {136, 0}, {143, 0}, {200, 1}};
    pools.interfaces = std::move(interfaces);
    pools.macs = {0x020000000001, 0x020000000002};
    pools.hop_limits = {64, 64, 64, 2, 128};
    pools.tos = {0, 0, 0, 16, 40};
    pools.spis = {1, 0x1234};
    pools.paddings = {0, 0, 0, 1, 60, 500};
    return pools;
}

void add_borders(Pools& pools, const Policy& policy) {
    for (const auto& ruleset : policy.rulesets) {
        for (const auto& rule : ruleset.rules) {
            for (const auto* matches : {&rule.match.any_of, &rule.match.outer}) {
                for (const auto& match : *matches) {
                    add_product(pools, match.header);
                    if (match.original_header) add_product(pools, *match.original_header);
                }
            }
        }
    }
}

void ProbeMaker::any_packet(Probe& probe, Family family) {
    Packet& packet = probe.packet;
    const auto& addresses = pools_.addresses[at(family)];
    packet.source = random_.from(addresses);
    packet.destination = random_.from(addresses);
    packet.protocol = random_.from(kProtocols[at(family)]);
    packet.source_port = random_.from(pools_.ports);
    packet.destination_port = random_.from(pools_.ports);
    std::tie(packet.icmp_type, packet.icmp_code) = random_.from(pools_.icmp[at(family)]);
    packet.tcp_flags = random_.from(kFlags);
    packet.in = random_.from(pools_.interfaces);
    packet.out = random_.from(pools_.interfaces);
    probe.padding = random_.from(pools_.paddings);
    packet.fields[Field::ttl] = random_.from(pools_.hop_limits);
    packet.fields[Field::tos] = random_.from(pools_.tos);
    packet.fields[Field::source_mac] = random_.from(pools_.macs);
}

void ProbeMaker::move_into(Probe& probe, const Product& product) {
    Packet& packet = probe.packet;
    const bool v4 = packet.source.family == Family::v4;
    const auto address = [&](const AddressSetRef& set, Address& into) {
        if (!set || (v4 ? set->v4.empty() : set->v6.empty())) return;
        const Address inside =
            v4 ? Address{Family::v4, member(random_, set->v4)} : Address{Family::v6, member(random_, set->v6)};
        if (usable(inside)) into = inside;
    };
    address(product.source, packet.source);
    address(product.destination, packet.destination);
    if (product.services && !product.services->terms.empty()) {
        const ServiceTerm& term = random_.from(product.services->terms);
        if (!term.protocols.is_all() && !term.protocols.empty()) packet.protocol = member(random_, term.protocols);
        if (!term.source_ports.empty())
            packet.source_port = term.source_ports.is_all() ? packet.source_port : member(random_, term.source_ports);
        if (!term.destination_ports.empty()) {
            packet.destination_port =
                term.destination_ports.is_all() ? packet.destination_port : member(random_, term.destination_ports);
        }
        if (!term.icmp.is_all() && !term.icmp.empty()) {
            const std::uint16_t both = member(random_, term.icmp);
            packet.icmp_type = static_cast<std::uint8_t>(both >> 8);
            packet.icmp_code = static_cast<std::uint8_t>(both);
        }
        if (!term.tcp_flags.is_all() && !term.tcp_flags.empty()) packet.tcp_flags = member(random_, term.tcp_flags);
    }
    const auto interface = [&](const InterfaceSet& set, std::string& into) {
        for (int tries = 0; tries < 20 && !set.contains(into); ++tries) into = random_.from(pools_.interfaces);
    };
    interface(product.in, packet.in);
    interface(product.out, packet.out);
    for (const auto& test : product.fields) {
        if (test.values.empty()) continue;
        const std::uint64_t value = member(random_, test.values);
        const bool fits = (test.field == Field::ttl && value >= 2 && value <= 250) ||
                          (test.field == Field::tos && value <= 255) ||
                          (test.field == Field::spi && value <= 0xffffffff) ||
                          (test.field == Field::source_mac && value != 0 && value < kNoMac);
        if (fits) packet.fields[test.field] = value;
        if (test.field == Field::packet_length && value <= 1400) {
            const std::uint64_t least = 28;
            probe.padding = value > least ? static_cast<std::uint16_t>(value - least) : std::uint16_t{0};
        }
    }
}

void ProbeMaker::perturb(Probe& probe) {
    Probe other;
    any_packet(other, probe.packet.source.family);
    Packet& packet = probe.packet;
    switch (random_.below(9)) {
        case 0: packet.source = other.packet.source; break;
        case 1: packet.destination = other.packet.destination; break;
        case 2: packet.protocol = other.packet.protocol; break;
        case 3: packet.source_port = other.packet.source_port; break;
        case 4: packet.destination_port = other.packet.destination_port; break;
        case 5: packet.in = other.packet.in; break;
        case 6: packet.out = other.packet.out; break;
        case 7: packet.tcp_flags = other.packet.tcp_flags; break;
        default: packet.fields = other.packet.fields;
    }
}

void ProbeMaker::settle(Probe& probe) {
    Packet& packet = probe.packet;
    const Family family = packet.source.family;
    const bool icmp = packet.protocol == (family == Family::v4 ? kIcmp : kIcmp6);
    // Of the other family's ICMP, of extension headers and the like, only the number is sent.
    const bool header =
        packet.protocol == 0 || packet.protocol == 41 || packet.protocol == 4 || packet.protocol == 2 ||
        (family == Family::v6 && (packet.protocol == 43 || packet.protocol == 44 || packet.protocol == 51 ||
                                  packet.protocol == 59 || packet.protocol == 60 || packet.protocol == 135));
    if (header || packet.protocol == 255) packet.protocol = 253;
    if (has_icmp_type(packet.protocol) && !icmp) packet.protocol = kTcp;
    if (probe.position == Position::inbound) packet.out.clear();
    if (probe.position == Position::outbound) packet.in.clear();
    if (probe.position == Position::inbound) {
        if (random_.one_in(3)) packet.destination = local_address(family);
        if (random_.one_in(25))
            packet.destination = *parse_address(
                family == Family::v4 ? (random_.one_in(2) ? "224.0.0.1" : "255.255.255.255") : "ff02::1");
        if (random_.one_in(25) && packet.protocol != kIcmp6) {
            packet.in = "lo";
            packet.destination = *parse_address(family == Family::v4 ? "127.0.0.1" : "::1");
            packet.source = packet.destination;
        }
    }
    if (is_group(packet.destination) && packet.in != "lo")
        packet.protocol = kUdp;  // the kernel looks into other messages to groups
    for (auto* port : {&packet.source_port, &packet.destination_port}) {
        if (*port >= kReservedPort && *port < kReservedPort + 10000) *port = 40000;
    }
    if ((packet.protocol == kTcp || packet.protocol == kUdp) && packet.in != "lo" && usable(packet.destination) &&
        random_.one_in(5)) {
        Packet first = packet;
        const auto port = static_cast<std::uint16_t>(kReservedPort + connections_++ % 10000);
        if (random_.one_in(2)) {
            packet.source_port = port;
            first = packet;
        } else {
            packet.destination_port = port;
            std::swap(first.source, first.destination);
            first.source_port = port;
            first.destination_port = packet.source_port;
            packet.fields[Field::connection_direction] = 1;
        }
        packet.tcp_flags = random_.one_in(2) ? kAck : kPsh | kAck;
        first.fields.clear();
        probe.connection = first;
        packet.state = State::established;
    } else if (family == Family::v4 && packet.in != "lo" && usable(packet.destination) && random_.one_in(30)) {
        Packet first;
        first.protocol = kUdp;
        first.source = packet.destination;
        first.destination = packet.source;
        first.source_port = static_cast<std::uint16_t>(kReservedPort + connections_++ % 10000);
        first.destination_port = 53;
        probe.connection = first;
        probe.padding = 0;
        packet.protocol = kIcmp;
        packet.icmp_type = 3;
        packet.icmp_code = 1;
        packet.fields[Field::connection_direction] = 1;  // it answers the first direction
        packet.state = State::related;
    }
    if (!has_ports(packet.protocol)) packet.source_port = packet.destination_port = 0;
    if (!has_icmp_type(packet.protocol)) packet.icmp_type = packet.icmp_code = 0;
    if (packet.protocol != kTcp) packet.tcp_flags = 0;
    if (packet.protocol == 50 || packet.protocol == 51)
        packet.fields.try_emplace(Field::spi, random_.from(pools_.spis));
    else
        packet.fields.erase(Field::spi);
    packet.fields.erase(Field::fragment);
    if (!probe.connection) packet.state = iptables::first_state(packet);
}

Probe ProbeMaker::next(Family family, Position position) {
    Probe probe;
    probe.position = position;
    any_packet(probe, family);
    if (!random_.one_in(3)) {
        const Ruleset& ruleset = random_.from(policy_.rulesets);
        if (!ruleset.rules.empty()) {
            const Rule& rule = random_.from(ruleset.rules);
            const auto& matches = rule.match.outer.empty() ? rule.match.any_of : rule.match.outer;
            if (!matches.empty()) move_into(probe, random_.from(matches).header);
        }
        for (std::uint32_t changes = random_.below(3); changes > 0; --changes) perturb(probe);
    }
    settle(probe);
    return probe;
}

}  // namespace fwproof::kernel
