// From products of values to boxes of ranks.
#pragma once

#include <unordered_map>
#include <vector>

#include "packet/box.hpp"

namespace fwproof::packet {

class BoxMaker {
public:
    BoxMaker(const Scales& scales, RankSets& sets) : scales_(scales), sets_(sets) {}

    // Appends boxes whose union is the product: one for each family whose addresses it restricts and each service term.
    // Throws std::logic_error when a value was not given to the space.
    void add(const Product& product, std::vector<Box>& boxes);
    // The same set with nothing said of packets that cannot exist: every protocol's own fields are as they are, those
    // that it does not have are zero.
    void add_strict(const Product& product, std::vector<Box>& boxes);
    Box point(const Packet& packet);
    // The rank of a packet's value in every slot.
    std::array<Rank, kSlotCount> ranks(const Packet& packet) const;

    Slot slot_of(Field field) const;

private:
    // The fields of a service.
    struct Service {
        SetId protocol, source_port, destination_port, icmp, tcp_flags;
    };
    struct Addresses {
        SetId v4, v6;
    };
    void add(const Product& product, const std::vector<Service>& services, std::vector<Box>& boxes);
    const std::vector<Service>& services(const ServiceSetRef& set, bool strict);
    void add_term(const ServiceTerm& term, bool strict, std::vector<Service>& services);
    SetId protocols(const ProtocolSet& values, unsigned kinds);
    Addresses addresses(const AddressSetRef& set);
    SetId states(StateSet states);
    SetId interfaces(const InterfaceScale& scale, const InterfaceSet& set);
    template <class T>
    SetId set_of(const Scale& scale, const IntervalSet<T>& values) {
        return values.is_all() ? kWholeSet : sets_.intern(scale.ranks(values), scale.count());
    }

    const Scales& scales_;
    RankSets& sets_;
    // What was met before, by identity; the reference keeps the identity from being reused.
    std::unordered_map<AddressSetRef, Addresses> known_addresses_;
    std::unordered_map<ServiceSetRef, std::vector<Service>> known_services_[2];
};

}  // namespace fwproof::packet
