// A set of addresses of both families. An object group is one such set, shared by every rule that names it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fwproof/base/address.hpp"
#include "fwproof/base/interval_set.hpp"

namespace fwproof {

struct AddressSet {
    IntervalSet<std::uint32_t> v4;
    IntervalSet<uint128> v6;

    static AddressSet any() { return {IntervalSet<std::uint32_t>::all(), IntervalSet<uint128>::all()}; }
    static AddressSet any4() { return {IntervalSet<std::uint32_t>::all(), {}}; }
    static AddressSet any6() { return {{}, IntervalSet<uint128>::all()}; }
    static AddressSet any(Family family) { return family == Family::v4 ? any4() : any6(); }
    static AddressSet of(const Address& address) { return range(address, address); }
    static AddressSet of(const Prefix& prefix) { return range(prefix.first(), prefix.last()); }
    // Both ends of one family, inclusive; empty when last < first.
    static AddressSet range(const Address& first, const Address& last);
    // Every IPv4 address a with (a & mask) == (value & mask). Nothing when the mask has more than 8 free bits above its
    // lowest fixed bit: that would need more than 256 intervals, and the caller must say that the set is not exact.
    static std::optional<AddressSet> masked(std::uint32_t value, std::uint32_t mask);

    bool empty() const { return v4.empty() && v6.empty(); }
    bool is_all() const { return v4.is_all() && v6.is_all(); }
    bool contains(const Address& address) const;
    bool subset_of(const AddressSet& other) const { return v4.subset_of(other.v4) && v6.subset_of(other.v6); }
    AddressSet complement() const { return {v4.complement(), v6.complement()}; }

    friend AddressSet operator&(const AddressSet& a, const AddressSet& b) { return {a.v4 & b.v4, a.v6 & b.v6}; }
    friend AddressSet operator|(const AddressSet& a, const AddressSet& b) { return {a.v4 | b.v4, a.v6 | b.v6}; }
    friend AddressSet operator-(const AddressSet& a, const AddressSet& b) { return {a.v4 - b.v4, a.v6 - b.v6}; }
    friend bool operator==(const AddressSet&, const AddressSet&) = default;
};

// Null means every address of both families.
using AddressSetRef = std::shared_ptr<const AddressSet>;

AddressSetRef share(AddressSet set);

// What both hold; null is any address, here and in the result.
AddressSetRef common(const AddressSetRef& a, const AddressSetRef& b);

// The fewest prefixes that make up the interval (of one family), in ascending order; none when last < first.
std::vector<Prefix> to_prefixes(const Address& first, const Address& last);

// "any", "any4", "10.0.0.0/8, 10.9.8.7, 10.1.1.5-10.1.1.9": an interval prints as a prefix where it is one, else as a
// range; parts joined with ", "; "none" when empty.
std::string to_string(const AddressSet& set);

// The reverse: words separated by commas or blanks, each any, any4, any6, none, an address, a prefix or a range.
std::optional<AddressSet> parse_address_set(std::string_view text);

}  // namespace fwproof
