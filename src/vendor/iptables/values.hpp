// The values of options: numbers, addresses, ports, types. Every function gives nothing for a word that iptables would
// refuse.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fwproof/base/address_set.hpp"
#include "fwproof/base/product.hpp"

namespace fwproof::iptables {

// At least one part; parts may be empty.
std::vector<std::string_view> split(std::string_view text, char separator);

// A number in C notation (0x50, 010 is eight), at most `max`.
std::optional<std::uint64_t> parse_number(std::string_view text, std::uint64_t max);
// "value/mask" of marks; the mask is all ones when it is left out.
struct ValueMask {
    std::uint32_t value = 0;
    std::uint32_t mask = ~std::uint32_t{0};
    bool masked = false;
};
std::optional<ValueMask> parse_value_mask(std::string_view text);

// A name in any case or a number. 0 is "all".
std::optional<std::uint8_t> parse_protocol_word(std::string_view text);

// One address with an optional mask. `exact` is false when the mask needs more intervals than a set should have; then
// `addresses` is every address of the family.
struct AddressWord {
    AddressSet addresses;
    bool exact = true;
    bool odd_mask = false;   // not a prefix
    bool host_bits = false;  // bits below the mask were set, and are ignored
};
std::optional<AddressWord> parse_address_word(std::string_view text, Family family);
// Could stand in /etc/hosts: a letter is among its characters.
bool looks_like_host_name(std::string_view text);
// The same with or without a mask: iptables looks such a word up when it loads the rule.
bool names_network(std::string_view text, Family family);
// "a-b" or one address; a reversed range is empty.
std::optional<AddressSet> parse_address_range(std::string_view text, Family family);
// Of thousands of sets in one step.
AddressSet union_of(const std::vector<AddressSet>& parts);

// How a port is written as a number: as in C, or (udp and dccp) in decimal digits alone.
enum class PortDigits : std::uint8_t { any_base, decimal };
// A port by number or service name.
std::optional<std::uint16_t> parse_port(std::string_view text, PortDigits digits = PortDigits::any_base);
// "80", "80:90", ":1023", "1024:"; nothing also when the range is reversed.
std::optional<PortSet> parse_port_range(std::string_view text, PortDigits digits = PortDigits::any_base);
// "90:80", which is no such range.
bool parse_reversed_ports(std::string_view text);
// The list of multiport: at most 15 slots, a range takes two and its ends differ. `reason` says what is wrong.
std::optional<PortSet> parse_port_list(std::string_view text, std::string& reason);

// "8", "3/4", "0x8/0", a name, "any" (icmp only).
std::optional<IcmpSet> parse_icmp_type(std::string_view text, Family family);

std::optional<std::uint8_t> parse_tcp_flag_list(std::string_view text);  // "SYN,ACK", "ALL", "NONE"

// "NEW,ESTABLISHED": tracking states; SNAT and DNAT are told apart.
struct StateWords {
    StateSet states;
    bool snat = false;
    bool dnat = false;
};
std::optional<StateWords> parse_states(std::string_view text);

std::optional<std::uint64_t> parse_mac(std::string_view text);

// "lo", "eth+"; nothing when too long or empty.
std::optional<InterfacePattern> parse_interface(std::string_view text);

// "a:b" of unsigned numbers, each end may be missing; a reversed range matches nothing.
std::optional<IntervalSet<std::uint64_t>> parse_number_range(std::string_view text, std::uint64_t max);

}  // namespace fwproof::iptables
