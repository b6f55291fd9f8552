// Ranked coordinates: which values of a field the sets of one space tell apart.
//
// Every field's values fall into classes that no product separates; a class is a small dense number, its rank. So the
// width of a field stops mattering: an IPv6 address costs as many bits as the export has different ends of IPv6 ranges.
// Numeric fields are cut at the ends of the intervals that were given; interface names fall into classes by the
// patterns that match them. The ranks of a field are the binary variables of one axis of the diagram, highest bit
// first.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "fwproof/packet/packet.hpp"
#include "packet/diagram.hpp"

namespace fwproof::packet {

using Rank = std::uint32_t;

// Both ends inclusive.
struct RankRange {
    Rank first = 0;
    Rank last = 0;
    friend bool operator==(const RankRange&, const RankRange&) = default;
};

// The classes of a numeric field.
class Scale {
public:
    Scale() = default;
    // `cuts`: first values of classes, in any order; zero is always one.
    Scale(std::vector<uint128> cuts, uint128 max);

    Rank count() const { return static_cast<Rank>(starts_.size()); }
    Rank rank(uint128 value) const;
    uint128 first(Rank rank) const { return starts_[rank]; }
    uint128 last(Rank rank) const { return rank + 1 < starts_.size() ? starts_[rank + 1] - 1 : max_; }

    // The ranks of a set of values. Throws std::logic_error when an end of an interval is no end of a class: that value
    // was not given to the builder.
    template <class T>
    std::vector<RankRange> ranks(const IntervalSet<T>& values) const {
        std::vector<RankRange> ranges;
        for (const auto& [first_value, last_value] : values.intervals()) {
            ranges.push_back({exact_start(first_value), exact_end(last_value)});
        }
        return ranges;
    }

private:
    Rank exact_start(uint128 value) const;
    Rank exact_end(uint128 value) const;

    std::vector<uint128> starts_ = {0};
    uint128 max_ = 0;
};

// The classes of interface names.
class InterfaceScale {
public:
    InterfaceScale() : InterfaceScale(std::vector<InterfacePattern>()) {}
    explicit InterfaceScale(std::vector<InterfacePattern> patterns);

    Rank count() const { return static_cast<Rank>(names_.size()); }
    Rank rank(const std::string& name) const;
    // A name of the class. The empty name stands for every class that it is in.
    const std::string& name(Rank rank) const { return names_[rank]; }
    // The pattern set that matches exactly the classes.
    InterfaceSet set(const std::vector<RankRange>& ranks) const;
    std::vector<RankRange> ranks(const InterfaceSet& set) const;

private:
    std::vector<bool> signature(const std::string& name) const;
    InterfaceSet by_exceptions(const std::vector<bool>& member) const;

    std::vector<InterfacePattern> patterns_;
    std::vector<std::string> names_;  // one of each class
    std::map<std::vector<bool>, Rank> by_signature_;
};

// One field as the diagram sees it.
enum class AxisKind : std::uint8_t {
    family,
    source,
    destination,
    protocol,
    source_port,
    destination_port,
    icmp,
    tcp_flags,
    state,
    in,
    out,
    field,
};

struct Axis {
    AxisKind kind{};
    Field field{};          // of AxisKind::field
    std::uint8_t slot = 0;  // of a box (box.hpp)
    Variable first = 0;     // its variables are first .. first + bits - 1
    int bits = 0;
};

// The number of binary digits that `count` ranks need.
int bits_for(Rank count);

// What the protocol of a packet says about its other fields.
enum class ProtocolKind : std::uint8_t { plain, ports, tcp, icmp };

// The scales of all fields.
struct Scales {
    Scale v4, v6, protocol, port, icmp, tcp_flags, state;
    InterfaceScale interfaces;  // told apart on both sides or on neither: replies go back where packets came from
    std::vector<std::pair<Field, Scale>> fields;  // ascending

    ProtocolKind kind(Rank protocol) const;
    // How many classes the field has; `family` is a rank and only matters for addresses.
    Rank count(const Axis& axis, Rank family) const;
};

}  // namespace fwproof::packet
