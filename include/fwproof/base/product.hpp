// A product set of packet headers: one value set per field, all of which must hold. Rules, flows and regions are made
// of these; packet/packet_set.hpp computes with unions of them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "fwproof/base/address_set.hpp"
#include "fwproof/base/service.hpp"

namespace fwproof {

// What connection tracking says of a packet (Linux names; the other vendors only distinguish new from established).
enum class State : std::uint8_t { new_, established, related, invalid, untracked };
inline constexpr int kStateCount = 5;

class StateSet {
public:
    constexpr StateSet() = default;  // empty
    constexpr StateSet(State state) : bits_(bit(state)) {}
    static constexpr StateSet all() { return StateSet(std::uint8_t{(1 << kStateCount) - 1}); }
    static constexpr StateSet from_bits(std::uint8_t bits) { return StateSet(bits); }

    constexpr std::uint8_t bits() const { return bits_; }
    constexpr bool empty() const { return bits_ == 0; }
    constexpr bool is_all() const { return *this == all(); }
    constexpr bool contains(State state) const { return (bits_ & bit(state)) != 0; }
    constexpr StateSet complement() const { return StateSet(static_cast<std::uint8_t>(~bits_ & all().bits_)); }

    friend constexpr StateSet operator|(StateSet a, StateSet b) {
        return StateSet(static_cast<std::uint8_t>(a.bits_ | b.bits_));
    }
    friend constexpr StateSet operator&(StateSet a, StateSet b) {
        return StateSet(static_cast<std::uint8_t>(a.bits_ & b.bits_));
    }
    friend constexpr bool operator==(StateSet, StateSet) = default;

private:
    explicit constexpr StateSet(std::uint8_t bits) : bits_(bits) {}
    static constexpr std::uint8_t bit(State state) { return static_cast<std::uint8_t>(1 << static_cast<int>(state)); }

    std::uint8_t bits_ = 0;
};

std::string_view to_string(State state);  // "new", "established", ...
std::string to_string(StateSet states);   // "new,established"; "any"

// An interface name or, with `prefix`, every name that starts with it.
struct InterfacePattern {
    std::string name;
    bool prefix = false;

    friend bool operator==(const InterfacePattern&, const InterfacePattern&) = default;
    friend auto operator<=>(const InterfacePattern&, const InterfacePattern&) = default;
};

// Interfaces that match one of the patterns, or (negated) none of them. A packet that has no such interface (the output
// interface of a packet for the host itself) carries the empty name. Names compare byte by byte.
struct InterfaceSet {
    std::vector<InterfacePattern> any_of;
    bool negated = true;  // default: every interface, and none
    // Taken out of `any_of` again: of all patterns that a name matches the most specific one counts, an exact name
    // before the longest prefix. No rule is written so, but what rules leave of a prefix is. Not beside `negated`.
    std::vector<InterfacePattern> except = {};

    static InterfaceSet any() { return {}; }
    static InterfaceSet of(std::string name) { return {{{std::move(name), false}}, false}; }
    static InterfaceSet none() { return of(""); }  // no interface on that side

    bool is_all() const { return negated && any_of.empty(); }
    bool contains(std::string_view name) const;
    // The name, where the set is that of one name; else null.
    const std::string* only() const;
    // Puts other names, old to new, in the place of its own. Names by their beginning stay.
    void rename(const std::map<std::string, std::string>& names);

    friend bool operator==(const InterfaceSet&, const InterfaceSet&) = default;
};

// Further header fields that some rules test; each is a number. They cost nothing where no rule tests them.
enum class Field : std::uint8_t {
    source_mac,     // 48 bits; kNoMac where the packet has no Ethernet header
    packet_length,  // IP total length in bytes
    ttl,            // TTL or hop limit as the hook sees it
    tos,            // the whole TOS or traffic class byte
    packet_type,    // 0 unicast, 1 broadcast, 2 multicast
    fragment,       // 0 not a later fragment, 1 a later fragment
    source_kind,    // AddressKind of the source as the routing of the device sees it
    destination_kind,
    spi,                   // AH or ESP security parameter index
    connection_direction,  // 0 original, 1 reply
    input_bridge_port,
    output_bridge_port,  // reserved: 0 none
    opaque,              // a condition that is fixed per packet but otherwise unknown
};
std::string_view to_string(Field field);

// Value of Field::source_mac for a packet without an Ethernet header.
inline constexpr std::uint64_t kNoMac = std::uint64_t{1} << 48;

// Values of the two address kind fields: the route types of Linux.
enum class AddressKind : std::uint8_t {
    // clang-format off
    unspecified, unicast, local, broadcast, anycast, multicast, blackhole, unreachable, prohibit,
    // clang-format on
};

struct FieldTest {
    Field field{};
    IntervalSet<std::uint64_t> values;

    friend bool operator==(const FieldTest&, const FieldTest&) = default;
};

// The default is every packet.
struct Product {
    AddressSetRef source;       // null: any
    AddressSetRef destination;  // null: any
    ServiceSetRef services;     // null: any
    StateSet states = StateSet::all();
    InterfaceSet in = InterfaceSet::any();
    InterfaceSet out = InterfaceSet::any();
    std::vector<FieldTest> fields;  // ascending by field, each at most once

    bool is_all() const;
    friend bool operator==(const Product& a, const Product& b);  // by value
};

// "tcp 10.0.0.0/8 > 10.9.8.7:443 in inside": the flow notation; several service terms print in braces.
std::string to_string(const Product& product);

}  // namespace fwproof
