#include "kernel/network.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include "kernel/datagram.hpp"

namespace fwproof::kernel {

namespace {

constexpr std::uint16_t kLogGroup = 4242;
constexpr int kOurPriority =
    7;  // of the packets that this process sends: everything else from the host is the kernel's
constexpr std::size_t kMostAtOnce = 1000;  // between two reads of the log
constexpr std::uint64_t kLoopbackMac = 0;

std::runtime_error failure(const std::string& what) { return std::runtime_error(what + ": " + std::strerror(errno)); }

void enter_namespace() {
    if (unshare(CLONE_NEWNET) == 0) return;
    const uid_t user = getuid();
    const gid_t group = getgid();
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) throw failure("no network namespace");
    const auto write = [](const char* path, const std::string& text) { std::ofstream(path) << text; };
    write("/proc/self/setgroups", "deny");
    write("/proc/self/uid_map", fmt::format("0 {} 1", user));
    write("/proc/self/gid_map", fmt::format("0 {} 1", group));
}

const char* option(Family family) { return family == Family::v4 ? "-4" : "-6"; }

void put_mac(Bytes& bytes, std::uint64_t mac) {
    for (int byte = 5; byte >= 0; --byte) bytes.push_back(static_cast<std::uint8_t>(mac >> (8 * byte)));
}

constexpr std::uint64_t kMacs = 0x020000000100;  // + number of the interface

AddressKind kind_of(const Address& address) {
    const bool v4 = address.family == Family::v4;
    const uint128 high = address.value >> (v4 ? 24 : 120);
    if (address == local_address(address.family)) return AddressKind::local;
    if (v4 ? high == 127 : address.value == 1) return AddressKind::local;
    if (v4 && address.value == 0xffffffff) return AddressKind::broadcast;
    if (v4 ? high >= 224 && high < 240 : high == 0xff) return AddressKind::multicast;
    return AddressKind::unicast;
}

}  // namespace

Address local_address(Family family) { return *parse_address(family == Family::v4 ? "10.9.9.9" : "2001:db8:9::9"); }

Network::Network() {
    enter_namespace();
    run_or_throw({"ip", "-batch", "-"}, "link set lo up\naddr add 10.9.9.9/32 dev lo\n");
    for (const std::string where : {"all", "default"}) {
        const std::string v4 = "net/ipv4/conf/" + where, v6 = "net/ipv6/conf/" + where;
        write_proc(v4 + "/rp_filter", "0");
        write_proc(v4 + "/accept_local", "1");
        write_proc(v4 + "/route_localnet", "1");
        write_proc(v6 + "/accept_dad", "0");
        write_proc(v6 + "/accept_ra", "0");
        write_proc(v6 + "/router_solicitations", "0");
        write_proc(v6 + "/addr_gen_mode", "1", false);
    }
    // Checksums are right, but Linux 6.18 takes every one of UDP-Lite for wrong, and the packet for invalid.
    write_proc("net/netfilter/nf_conntrack_checksum", "0", false);
    write_proc("net/ipv4/ip_forward", "1");
    write_proc("net/ipv6/conf/all/forwarding", "1");
    run_or_throw({"ip", "-6", "-batch", "-"}, "addr add 2001:db8:9::9/128 dev lo nodad\n");
    interfaces_["lo"] = {};
    add_interface("eth0");
    make_taps();
    netlink_ = std::make_unique<Netlink>();
    subscribe_log(*netlink_, kLogGroup);
}

Network::~Network() {
    for (const auto& [name, interface] : interfaces_) {
        if (interface.file >= 0) close(interface.file);
    }
    for (const auto& [key, socket] : raw_sockets_) close(socket);
    for (const auto& [family, socket] : loopback_sockets_) close(socket);
}

void Network::write_proc(const std::string& path, std::string_view value, bool required) {
    std::ofstream file("/proc/sys/" + path);
    file << value << std::flush;
    if (!file && required) throw std::runtime_error("cannot write /proc/sys/" + path);
}

void Network::add_interface(const std::string& name) {
    if (interfaces_.contains(name)) return;
    Interface made;
    made.number = static_cast<unsigned>(interfaces_.size());
    made.ethernet = !name.starts_with("ppp") && !name.starts_with("tun");
    made.file = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (made.file < 0) throw failure("/dev/net/tun");
    ifreq request{};
    std::strncpy(request.ifr_name, name.c_str(), IFNAMSIZ - 1);
    request.ifr_flags = static_cast<short>((made.ethernet ? IFF_TAP : IFF_TUN) | IFF_NO_PI);
    if (ioctl(made.file, TUNSETIFF, &request) != 0) throw failure("interface " + name);
    std::string set = fmt::format("link set dev {} arp off\n", name);
    if (made.ethernet) set += fmt::format("link set dev {} address 02:00:00:00:01:{:02x}\n", name, made.number);
    run_or_throw({"ip", "-batch", "-"}, set + fmt::format("link set dev {} up\n", name));
    // REDIRECT sends to the address of the interface, and drops where there is none.
    run_or_throw({"ip", "-batch", "-"}, fmt::format("addr add 10.8.{}.1/32 dev {}\n", made.number, name));
    run_or_throw({"ip", "-6", "-batch", "-"},
                 fmt::format("addr add 2001:db8:8:{:x}::1/128 dev {} nodad\n", made.number, name));
    for (const Family family : {Family::v4, Family::v6}) {
        run_or_throw({"ip", option(family), "-batch", "-"},
                     fmt::format("route add default dev {0} metric {1}\nrule add iif {0} lookup {1} pref {2}\n", name,
                                 1000 + made.number, 10 + made.number));
    }
    interfaces_[name] = made;
}

bool Network::has_ethernet(std::string_view interface) const {
    const auto found = interfaces_.find(interface);
    return found != interfaces_.end() && found->second.ethernet;
}

void Network::make_taps() {
    run_or_throw({"nft", "-f", "-"}, fmt::format(R"(table inet fwproof_taps {{
    chain host {{ type filter hook input priority 400; log group {0} prefix "host" snaplen 128 queue-threshold 1; drop; }}
    chain own {{ type filter hook output priority -400; meta priority != 0:{1} drop; }}
    chain wire {{ type filter hook postrouting priority 400; log group {0} prefix "wire" snaplen 128 queue-threshold 1; drop; }}
}}
)",
                                                 kLogGroup, kOurPriority));
}

void Network::route(const std::map<std::string, std::string>& wanted) {
    std::string commands[2];
    for (const auto& [name, to] : wanted) {
        Interface& interface = interfaces_.at(name);
        if (interface.leads_to == to || interface.file < 0) continue;
        const unsigned table = 1000 + interface.number;
        for (auto& text : commands) {
            if (interface.leads_to != "?") text += fmt::format("route flush table {}\n", table);
            text += to.empty() ? fmt::format("route add local default dev lo table {}\n", table)
                               : fmt::format("route add default dev {} table {}\n", to, table);
        }
        interface.leads_to = to;
    }
    if (commands[0].empty()) return;
    run_or_throw({"ip", "-4", "-batch", "-"}, commands[0]);
    run_or_throw({"ip", "-6", "-batch", "-"}, commands[1]);
}

void Network::complete(Probe& probe) const {
    Packet& packet = probe.packet;
    auto& fields = packet.fields;
    fields.try_emplace(Field::ttl, 64);
    fields.try_emplace(Field::source_mac, kMacs);
    const bool arrives = probe.position != Position::outbound && !packet.in.empty();
    if (arrives && packet.in == "lo") {
        fields[Field::source_mac] = kLoopbackMac;
    } else if (!arrives || !has_ethernet(packet.in)) {
        fields[Field::source_mac] = kNoMac;
    }
    const AddressKind to = kind_of(packet.destination);
    fields[Field::source_kind] = static_cast<std::uint64_t>(kind_of(packet.source));
    fields[Field::destination_kind] = static_cast<std::uint64_t>(to);
    fields[Field::packet_type] = 0;
    if (probe.position != Position::outbound && has_ethernet(packet.in)) {
        if (to == AddressKind::broadcast) fields[Field::packet_type] = 1;
        if (to == AddressKind::multicast) fields[Field::packet_type] = 2;
    }
    Rest rest;
    rest.padding = probe.padding;
    if (probe.connection && packet.state == State::related) rest.quoted = datagram(*probe.connection, {});
    fields[Field::packet_length] = datagram(packet, rest).size();
}

int Network::raw_socket(Family family, const std::string& out) {
    auto& known = raw_sockets_[{family, out}];
    if (known != 0) return known;
    const int made = socket(family == Family::v4 ? AF_INET : AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
    if (made < 0) throw failure("raw socket");
    const int on = 1;
    if (family == Family::v6 && setsockopt(made, IPPROTO_IPV6, 36 /* IPV6_HDRINCL */, &on, sizeof on) != 0)
        throw failure("IPV6_HDRINCL");
    if (setsockopt(made, SOL_SOCKET, SO_PRIORITY, &kOurPriority, sizeof kOurPriority) != 0)
        throw failure("SO_PRIORITY");
    if (setsockopt(made, SOL_SOCKET, SO_BROADCAST, &on, sizeof on) != 0) throw failure("SO_BROADCAST");
    if (setsockopt(made, SOL_SOCKET, SO_BINDTODEVICE, out.c_str(), static_cast<socklen_t>(out.size())) != 0)
        throw failure("SO_BINDTODEVICE");
    return known = made;
}

int Network::loopback_socket(Family family) {
    auto& known = loopback_sockets_[family];
    if (known != 0) return known;
    const auto protocol = htons(family == Family::v4 ? ETH_P_IP : ETH_P_IPV6);
    const int made = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    sockaddr_ll to{};
    to.sll_family = AF_PACKET;
    to.sll_protocol = protocol;
    to.sll_ifindex = static_cast<int>(if_nametoindex("lo"));
    if (made < 0 || bind(made, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) throw failure("packet socket");
    return known = made;
}

void Network::emit(const Probe& probe, std::uint32_t id) {
    const Packet& packet = probe.packet;
    const Family family = packet.source.family;
    Rest rest;
    rest.id = id;
    rest.padding = probe.padding;
    rest.hop_limit =
        static_cast<std::uint8_t>(packet.fields.at(Field::ttl) + (probe.position == Position::transit ? 1 : 0));
    if (probe.connection && packet.state == State::related) rest.quoted = datagram(*probe.connection, {});
    const Bytes bytes = datagram(packet, rest);
    if (probe.position == Position::outbound) {
        sockaddr_storage to{};
        socklen_t size = 0;
        Bytes address;
        put_address(address, packet.destination);
        if (family == Family::v4) {
            auto& in = reinterpret_cast<sockaddr_in&>(to);
            in.sin_family = AF_INET;
            std::memcpy(&in.sin_addr, address.data(), 4);
            size = sizeof in;
        } else {
            auto& in = reinterpret_cast<sockaddr_in6&>(to);
            in.sin6_family = AF_INET6;
            std::memcpy(&in.sin6_addr, address.data(), 16);
            size = sizeof in;
        }
        // An error is what a drop looks like from here.
        (void)sendto(raw_socket(family, packet.out), bytes.data(), bytes.size(), 0,
                     reinterpret_cast<const sockaddr*>(&to), size);
        return;
    }
    const Interface& in = interfaces_.at(packet.in);
    Bytes frame;
    if (in.ethernet || in.file < 0) {
        std::uint64_t to = in.file < 0 ? 0 : kMacs + in.number;
        if (packet.fields.at(Field::packet_type) == 1) to = 0xffffffffffff;
        if (packet.fields.at(Field::packet_type) == 2) {
            to = family == Family::v4
                     ? 0x01005e000000 | (static_cast<std::uint64_t>(packet.destination.value) & 0x7fffff)
                     : 0x333300000000 | (static_cast<std::uint64_t>(packet.destination.value) & 0xffffffff);
        }
        put_mac(frame, to);
        put_mac(frame, packet.fields.at(Field::source_mac));
        put16(frame, family == Family::v4 ? ETH_P_IP : ETH_P_IPV6);
    }
    frame.insert(frame.end(), bytes.begin(), bytes.end());
    const auto sent = in.file < 0 ? ::send(loopback_socket(family), frame.data(), frame.size(), 0)
                                  : write(in.file, frame.data(), frame.size());
    if (sent < 0) throw failure("cannot send on " + packet.in);
}

std::vector<Arrival> Network::send(std::span<const Probe> probes) {
    std::vector<Arrival> arrivals(probes.size(), Arrival::nowhere);
    std::map<std::uint32_t, std::size_t> waiting;  // by id
    const auto listen = [&] {
        netlink_->read_logged([&](std::string_view prefix, std::span<const std::uint8_t> packet) {
            const auto found = waiting.find(id_of(packet.data()));
            if (found != waiting.end()) arrivals[found->second] = prefix == "host" ? Arrival::host : Arrival::wire;
        });
        waiting.clear();
    };
    const auto emit_numbered = [&](std::size_t i) {
        next_id_ = next_id_ % 65000 + 1;
        waiting.emplace(next_id_, i);
        emit(probes[i], next_id_);
        if (waiting.size() == kMostAtOnce) listen();
    };
    // By interface, and by where its packets are to go.
    std::map<std::string, std::map<std::string, std::vector<std::size_t>>> routed;
    for (std::size_t i = 0; i < probes.size(); ++i) {
        const Packet& packet = probes[i].packet;
        if (probes[i].position == Position::outbound || packet.in == "lo") {
            emit_numbered(i);
        } else {
            routed[packet.in][probes[i].position == Position::inbound ? "" : packet.out].push_back(i);
        }
    }
    listen();
    while (!routed.empty()) {
        std::map<std::string, std::string> now;
        for (const auto& [in, by_way] : routed) {
            const auto& current = interfaces_.at(in).leads_to;
            now[in] = by_way.contains(current) ? current : by_way.begin()->first;
        }
        route(now);
        for (const auto& [in, to] : now) {
            for (const auto i : routed[in][to]) emit_numbered(i);
            routed[in].erase(to);
            if (routed[in].empty()) routed.erase(in);
        }
        listen();
    }
    // What the kernel answered and what was sent out of the devices is of no interest.
    Bytes discard(2048);
    for (const auto& [name, interface] : interfaces_) {
        while (interface.file >= 0 && read(interface.file, discard.data(), discard.size()) > 0) {
        }
    }
    return arrivals;
}

void Network::clear(Backend backend, Family family) {
    std::string text;
    const auto table = [&](std::string_view name, std::initializer_list<std::string_view> chains) {
        text += fmt::format("*{}\n", name);
        for (const auto chain : chains) text += fmt::format(":{} ACCEPT [0:0]\n", chain);
        text += "COMMIT\n";
    };
    table("raw", {"PREROUTING", "OUTPUT"});
    table("mangle", {"PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"});
    table("nat", {"PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"});
    table("filter", {"INPUT", "FORWARD", "OUTPUT"});
    table("security", {"INPUT", "FORWARD", "OUTPUT"});
    if (const Ran ran = restore(backend, family, text); ran.status != 0) {
        throw std::runtime_error(restore_program(backend, family) + ": " + ran.message);
    }
}

Ran Network::restore(Backend backend, Family family, std::string_view text) {
    return run({restore_program(backend, family)}, text);
}

void Network::set_ipsets(std::string_view saved) {
    run_or_throw({"ipset", "flush"}, {});  // lists of sets hold their members
    run_or_throw({"ipset", "destroy"}, {});
    if (!saved.empty()) run_or_throw({"ipset", "restore"}, saved);
}

void Network::set_connections(std::span<const Probe> probes) {
    forget_connections(*netlink_);
    std::vector<Packet> known;
    for (const auto& probe : probes) {
        if (!probe.connection || std::find(known.begin(), known.end(), *probe.connection) != known.end()) continue;
        known.push_back(*probe.connection);
        add_connection(*netlink_, known.back(), 0);
    }
}

}  // namespace fwproof::kernel
