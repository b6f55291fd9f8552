// Which packets two versions of a policy are asked about: every packet, where both judge replies by rules; else first
// packets of connections. Between versions of one device those of its own addresses and interfaces, between two vendors
// each address on the interface where it lives, if one of them says where that is.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "fwproof/analysis/ways.hpp"
#include "fwproof/base/product.hpp"
#include "fwproof/policy/policy.hpp"

namespace fwproof {

Product first_packets_of(const Product& header);

// Whether the policy has rules for the family.
bool speaks_of(const Policy& policy, Family family);

class ReviewQuestions {
public:
    // `only`: packets of no other family. The policies outlive it.
    ReviewQuestions(const Policy& before, const Policy& after, std::optional<Family> only);

    bool between_vendors() const { return foreign_; }
    // Both versions judge replies by rules: they are asked about with all other packets.
    bool of_replies() const { return by_rules_; }
    const AddressSetRef& addresses() const { return addresses_; }  // null: all

    struct Asked {
        std::vector<Product> packets;    // several: each its part of the ways
        Product ways;                    // the same by every interface that either version has
        const Policy* routes = nullptr;  // whose networks and routes say where addresses live; null: nothing was routed
        std::string problem;             // why nothing can be asked; empty: it can
    };
    Asked on(Position position) const;

    // Packets from and to the device's own addresses on the path of what passes, where both versions have them.
    std::vector<Product> for_device(Position position) const;

    // Packets for an interface or an address of the device that only that version has, where no way by the routes of
    // the other leads to them: there they do not take the path.
    struct OfOne {
        Product packets;
        bool after = false;
    };
    std::vector<OfOne> of_one(Position position) const;

    // Packets that come and go where the networks and routes of the version after say: the better witnesses.
    std::vector<Product> routed(Position position) const;

    // Passing packets on every interface by which the networks, routes and translations of one of the versions may send
    // them, wherever they come in: no others occur. Empty: nothing is known of that.
    std::vector<Product> leaving(Position position) const;

private:
    std::optional<Asked> between_sides(const Product& header, Position position) const;
    void keep_to_device(Product& header, Position position) const;
    void use_interfaces(Product& header, Position position, const InterfaceSet& names) const;

    // What a version says of its device.
    struct Device {
        std::set<std::string> names;   // of its interfaces
        std::set<std::string> routed;  // of them: those that networks or routes lead to
        AddressSet own;                // its addresses
        AddressSet taken;              // what packets for the device itself are sent to
        bool named = false;            // it has no other interfaces
        bool addressed = true;         // it says the addresses of every interface
    };
    static Device device_of(const Policy& policy);
    bool keeps() const { return device_before_.named && device_after_.named; }
    bool addressed() const { return device_before_.addressed && device_after_.addressed; }

    const Policy& before_;
    const Policy& after_;
    bool by_rules_ = false;
    bool foreign_ = false;
    AddressSetRef addresses_;
    Device device_before_, device_after_;
};

}  // namespace fwproof
