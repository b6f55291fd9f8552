// A network namespace of this process's own, with interfaces that lead nowhere, and what its netfilter hooks do with
// packets. Nothing leaves the namespace, and it is gone with the process.
//
// A packet is written to a TUN or TAP device (or a raw socket, for OUTPUT); the write returns when the whole receive
// path has run. Behind every hook an nftables chain logs what got there and drops it, before connection tracking would
// take note of it: so a probe leaves no trace. A packet is found again by its IPv4 identification or IPv6 flow label.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "fwproof/policy/policy.hpp"
#include "kernel/netlink.hpp"
#include "kernel/tools.hpp"

namespace fwproof::kernel {

// A packet to send. `packet` is as the filter hooks of its position see it.
struct Probe {
    Packet packet;
    Position position{};
    std::uint16_t padding = 0;  // bytes of payload beyond the least
    // The packet that started its connection, in state established; the one that an ICMP error quotes, in state
    // related.
    std::optional<Packet> connection;
};

enum class Arrival : std::uint8_t {
    nowhere,  // dropped
    host,     // behind the INPUT hooks
    wire,     // behind the POSTROUTING hooks
};

class Network {
public:
    // Throws std::runtime_error with the reason when this machine cannot have one.
    Network();
    ~Network();
    Network(const Network&) = delete;
    Network& operator=(const Network&) = delete;

    void add_interface(const std::string& name);  // does nothing when it is there
    bool has_ethernet(std::string_view interface) const;

    // Sets the header fields that are a matter of this network: length, hop limit, MAC address, kinds of address.
    void complete(Probe& probe) const;
    // Where the probes arrive. They are sent in an order of the network's choosing.
    std::vector<Arrival> send(std::span<const Probe> probes);

    // Removes every rule of a family.
    void clear(Backend backend, Family family);
    // What iptables-restore says to the text, which replaces the tables that it holds.
    Ran restore(Backend backend, Family family, std::string_view text);
    // The sets that `ipset save` printed take the place of all sets. No rule may refer to one.
    void set_ipsets(std::string_view saved);
    // The known connections from now on.
    void set_connections(std::span<const Probe> probes);

private:
    struct Interface {
        int file = -1;  // -1: the loopback
        unsigned number = 0;
        bool ethernet = false;
        std::string leads_to = "?";  // where its packets are routed to; "": to this host
    };

    void write_proc(const std::string& path, std::string_view value, bool required = true);
    void make_taps();
    void route(const std::map<std::string, std::string>& wanted);  // by interface: where to
    void emit(const Probe& probe, std::uint32_t id);
    int raw_socket(Family family, const std::string& out);
    int loopback_socket(Family family);

    std::map<std::string, Interface, std::less<>> interfaces_;
    std::map<std::pair<Family, std::string>, int> raw_sockets_;
    std::map<Family, int> loopback_sockets_;
    std::unique_ptr<Netlink> netlink_;
    std::uint32_t next_id_ = 0;
};

// The host's own addresses.
Address local_address(Family family);

}  // namespace fwproof::kernel
