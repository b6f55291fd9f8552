// Cisco's words for ports, protocols and ICMP types. Every function also takes a decimal number.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fwproof::asa {

// Decimal digits only, without sign; nothing when it does not fit below `limit` (inclusive).
std::optional<std::uint32_t> parse_decimal(std::string_view word, std::uint32_t limit);

// A port as `protocol` (kTcp, kUdp, kSctp) spells it; "syslog" is no TCP port, SCTP has no words.
std::optional<std::uint16_t> port_of(std::string_view word, std::uint8_t protocol);
// A port of a tcp-udp group: a number, or a word that both protocols know.
std::optional<std::uint16_t> port_of_both(std::string_view word);
// The protocols in which the word is a port ("tcp", "udp", "tcp and udp"); empty for no port word at all.
std::string port_word_protocols(std::string_view word);

// A protocol; "ip" is not one of them.
std::optional<std::uint8_t> protocol_of(std::string_view word);

// A type of ICMP (kIcmp) or ICMPv6 (kIcmp6).
std::optional<std::uint8_t> icmp_type_of(std::string_view word, std::uint8_t protocol);

// For suggestions.
std::vector<std::string> port_words(std::uint8_t protocol);
std::vector<std::string> protocol_words();
std::vector<std::string> icmp_words(std::uint8_t protocol);

// The port's word where the protocol has one, as a device prints it.
std::string port_text(std::uint16_t port, std::uint8_t protocol);

}  // namespace fwproof::asa
