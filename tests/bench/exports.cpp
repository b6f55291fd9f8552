#include "exports.hpp"

#include <string_view>
#include <vector>

namespace fwproof::bench {

namespace {

struct Ports {
    std::uint16_t first = 0, last = 0xffff;
    bool any() const { return first == 0 && last == 0xffff; }
    bool one() const { return first == last; }
};

// One line of either list, every field written out.
struct Line {
    bool permit = true;
    std::string_view protocol = "ip";
    Address source_first, source_last, destination_first, destination_last;  // whole prefixes
    Ports source_ports, destination_ports;
};

Line line(bool permit, std::string_view protocol, std::string_view from, std::string_view to, Ports ports) {
    const auto source = parse_address_set(from).value();
    const auto destination = parse_address_set(to).value();
    const auto ends = [](const AddressSet& set) { return set.v4.intervals()[0]; };
    return {permit,
            protocol,
            {Family::v4, ends(source).first},
            {Family::v4, ends(source).last},
            {Family::v4, ends(destination).first},
            {Family::v4, ends(destination).last},
            {},
            ports};
}

std::vector<Line> product_lines() {
    constexpr Ports kDynamic{49152, 65535};
    return {line(true, "tcp", "10.250.1.11", "10.250.2.21", {1433, 1433}),
            line(true, "tcp", "10.250.1.0/24", "10.250.2.22", {1433, 1433}),
            line(true, "udp", "10.250.1.0/24", "10.250.2.0/24", {1434, 1434}),
            line(true, "tcp", "10.250.1.12", "10.250.2.21", {445, 445}),
            line(true, "tcp", "10.250.1.12", "10.250.2.21", kDynamic),
            line(true, "tcp", "10.251.0.0/17", "10.250.1.0/24", {5723, 5723}),
            line(true, "tcp", "10.250.4.0/24", "10.250.1.0/24", {5724, 5724}),
            line(true, "tcp", "10.250.5.10", "10.250.1.11", {5723, 5723}),
            line(true, "tcp", "10.0.0.0/8", "10.250.1.11", {3389, 3389})};
}

std::vector<Line> lines(const Policy& policy) {
    std::vector<Line> all;
    const auto& rules = policy.rulesets[0].rules;
    const auto ends = [](const AddressSetRef& set) {
        return set ? set->v4.intervals()[0] : Interval<std::uint32_t>{0, 0xffff'ffff};
    };
    const auto ports = [](const PortSet& set) { return Ports{set.intervals()[0].first, set.intervals()[0].last}; };
    for (std::size_t i = 0; i < rules.size(); ++i) {
        if (i == rules.size() / 2) {
            for (const auto& own : product_lines()) all.push_back(own);
        }
        const Product& header = rules[i].match.any_of[0].header;
        Line next;
        next.permit = std::get<Decide>(rules[i].action).verdict == Verdict::permit;
        next.source_first = {Family::v4, ends(header.source).first};
        next.source_last = {Family::v4, ends(header.source).last};
        next.destination_first = {Family::v4, ends(header.destination).first};
        next.destination_last = {Family::v4, ends(header.destination).last};
        if (header.services) {
            const ServiceTerm& term = header.services->terms[0];
            next.protocol = term.protocols.contains(kTcp) ? "tcp" : term.protocols.contains(kUdp) ? "udp" : "icmp";
            if (next.protocol != "icmp") {
                next.source_ports = ports(term.source_ports);
                next.destination_ports = ports(term.destination_ports);
            }
        }
        all.push_back(next);
    }
    return all;
}

bool any(const Address& first, const Address& last) { return first.value == 0 && last.value == 0xffff'ffff; }

std::string asa_addresses(const Address& first, const Address& last) {
    if (any(first, last)) return " any4";
    if (first == last) return " host " + to_string(first);
    const auto mask = static_cast<std::uint32_t>(~(first.value ^ last.value));
    return " " + to_string(first) + " " + to_string(Address{Family::v4, mask});
}

std::string asa_ports(const Ports& ports) {
    if (ports.any()) return "";
    if (ports.one()) return " eq " + std::to_string(ports.first);
    return " range " + std::to_string(ports.first) + " " + std::to_string(ports.last);
}

std::string iptables_addresses(std::string_view flag, const Address& first, const Address& last) {
    if (any(first, last)) return "";
    int length = 32;
    for (auto open = static_cast<std::uint32_t>(first.value ^ last.value); open != 0; open >>= 1) --length;
    return " " + std::string(flag) + " " + to_string(first) + "/" + std::to_string(length);
}

std::string iptables_ports(std::string_view flag, const Ports& ports) {
    if (ports.any()) return "";
    const std::string first = std::to_string(ports.first);
    return " --" + std::string(flag) + " " + (ports.one() ? first : first + ":" + std::to_string(ports.last));
}

}  // namespace

std::string asa_export(const Policy& policy) {
    std::string text =
        "ASA Version 9.16(4)\n!\nhostname edge\n!\n"
        "interface GigabitEthernet0/0\n nameif outside\n security-level 0\n ip address 198.51.100.2 255.255.255.0\n!\n"
        "interface GigabitEthernet0/1\n nameif servers\n security-level 90\n ip address 10.250.2.1 255.255.255.0\n!\n";
    for (const Line& each : lines(policy)) {
        text += "access-list EDGE extended ";
        text += each.permit ? "permit " : "deny ";
        text += each.protocol;
        text += asa_addresses(each.source_first, each.source_last) + asa_ports(each.source_ports);
        text += asa_addresses(each.destination_first, each.destination_last) + asa_ports(each.destination_ports);
        text += '\n';
    }
    return text + "access-group EDGE in interface outside\nroute outside 0.0.0.0 0.0.0.0 198.51.100.1 1\n";
}

std::string iptables_export(const Policy& policy) {
    std::string text =
        "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n"
        "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n";
    for (const Line& each : lines(policy)) {
        text += "-A FORWARD" + iptables_addresses("-s", each.source_first, each.source_last) +
                iptables_addresses("-d", each.destination_first, each.destination_last);
        if (each.protocol != "ip") {
            text += " -p " + std::string(each.protocol);
            if (each.protocol != "icmp") text += " -m " + std::string(each.protocol);
            text += iptables_ports("sport", each.source_ports) + iptables_ports("dport", each.destination_ports);
        }
        text += each.permit ? " -j ACCEPT\n" : " -j DROP\n";
    }
    return text + "COMMIT\n";
}

}  // namespace fwproof::bench
