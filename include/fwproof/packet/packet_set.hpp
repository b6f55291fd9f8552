// Exact sets of packet headers.
//
// A Space fixes the coordinates: it is built from every product and packet that the sets of one computation will be
// made of, so that only values that some rule tells apart are told apart. Sets of one space combine; sets of two spaces
// do not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "fwproof/packet/outline.hpp"
#include "fwproof/packet/packet.hpp"

namespace fwproof {

class PacketSet;
class SpaceImpl;

// What the sets of one space may cost together. Counts, not clocks: the same input runs out at the same step on every
// machine.
struct Budget {
    std::size_t nodes = 16'000'000;     // of diagrams; 12 bytes each, and 16 to 32 in the table that finds them
    std::uint64_t steps = 400'000'000;  // of operations on diagrams; some ten million a second
};

// Thrown by any operation on sets that would cost more than the space may spend.
struct OutOfBudget : std::runtime_error {
    OutOfBudget() : std::runtime_error("the budget of the analysis is used up") {}
};

// What the universe leaves out: only packets that can exist are members. Source and destination are of one family;
// ports, types and flags are zero where the protocol has none.
class Space {
public:
    PacketSet empty() const;
    PacketSet all() const;
    // Every member of the union of the products. All their values must have been given to the builder.
    PacketSet from(const Product& product) const;
    PacketSet from(const std::vector<Product>& products) const;
    PacketSet from(const Packet& packet) const;
    Outline outline(const Product& product) const;
    Outline outline(const Packet& packet) const;

    // From now on. Every set that was made so far counts.
    void set_budget(const Budget& budget);
    std::size_t node_count() const;

    // While it lives, operations on sets are not charged to the budget: for what debug builds check besides.
    class Unbilled {
    public:
        explicit Unbilled(const Space& space);
        ~Unbilled();
        Unbilled(const Unbilled&) = delete;
        Unbilled& operator=(const Unbilled&) = delete;

    private:
        std::shared_ptr<SpaceImpl> space_;
        std::size_t nodes_, node_limit_;
        std::uint64_t steps_, step_limit_;
    };

private:
    friend class SpaceBuilder;
    friend class PacketSet;
    friend class BoxSpace;
    PacketSet wrap(std::uint32_t root) const;

    std::shared_ptr<SpaceImpl> impl_;
};

class SpaceBuilder {
public:
    SpaceBuilder();
    ~SpaceBuilder();
    SpaceBuilder& add(const Product& product);
    SpaceBuilder& add(const Packet& packet);
    SpaceBuilder& add(const InterfaceSet& in, const InterfaceSet& out);
    SpaceBuilder& set_budget(const Budget& budget);
    Space build();

private:
    struct Collected;
    std::unique_ptr<Collected> collected_;
};

class PacketSet {
public:
    Space space() const;

    bool empty() const;
    bool contains(const Packet& packet) const;
    bool subset_of(const PacketSet& other) const;
    bool intersects(const PacketSet& other) const;

    friend PacketSet operator&(const PacketSet& a, const PacketSet& b);
    friend PacketSet operator|(const PacketSet& a, const PacketSet& b);
    friend PacketSet operator-(const PacketSet& a, const PacketSet& b);
    friend bool operator==(const PacketSet& a, const PacketSet& b);  // same members

    // Packets that are in the set for at least one / for every interface pair (states: for every state), with the
    // interfaces (states) then left open.
    PacketSet for_some_interface() const;
    PacketSet for_every_interface() const;

    Outline outline() const;

    // Number of members over the full field widths (addresses, ports, protocol, ICMP, flags, states); interfaces and
    // further fields count as the classes that the space tells apart.
    long double size() const;

    // A member, always the same for the same set: lowest values, but ordinary ones (an ephemeral source port, TCP SYN)
    // where the set allows them. Nothing when empty.
    std::optional<Packet> pick() const;

    // Disjoint products whose union is the set, merged where they differ in one field, in a stable order. At most
    // `limit`; `complete` says whether that was enough.
    struct Products {
        std::vector<Product> products;
        bool complete = true;
    };
    Products products(std::size_t limit) const;

private:
    friend class Space;
    friend class Decisions;
    PacketSet with(std::uint32_t root) const;

    std::shared_ptr<SpaceImpl> space_;
    std::uint32_t root_ = 0;
};

}  // namespace fwproof
