// The operands that rules, objects and groups share. Each function takes its words from the statement; on false
// `problem` says what is wrong, and the statement stands somewhere behind the words that were legible.
#pragma once

#include "vendor/asa/ast.hpp"

namespace fwproof::asa {

// Four decimal octets. "0" stands for 0.0.0.0 where `zero_word` is set (routes, management statements).
std::optional<std::uint32_t> parse_v4(std::string_view word, bool zero_word = false);
// "2001:db8::/32"
std::optional<Prefix> parse_v6_prefix(std::string_view word);

// An address of a rule: any, any4, any6, host X, X MASK, X6/LEN, object, object-group, interface, range A B.
bool parse_address_operand(Statement& statement, AddressOperand& operand, Problem& problem);
// `X MASK` or `X6/LEN` alone, X an address or alias; `zero_word` as above.
bool parse_network(Statement& statement, AddressOperand& operand, Problem& problem, bool zero_word = false);
// What follows the word `host`.
bool parse_host(Statement& statement, AddressOperand& operand, Problem& problem);
// What follows the word `range` of an object.
bool parse_range(Statement& statement, AddressOperand& operand, Problem& problem);

// True also when no port operator stands there (operand none). Port words are looked up later, by protocol.
bool parse_port_operand(Statement& statement, PortOperand& operand, Problem& problem);
bool starts_port_operand(std::string_view word);

// A protocol word or number, `object NAME` or `object-group NAME`.
bool parse_protocol_operand(Statement& statement, ProtocolOperand& operand, Problem& problem);

// TYPE [CODE], both optional; stops at a word that is neither.
void parse_icmp_operand(Statement& statement, IcmpOperand& operand, std::uint8_t protocol);

// Puts a problem at the statement's next word, or behind its end when words are missing.
Problem problem_here(const Statement& statement, std::string message, std::string hint = {});

}  // namespace fwproof::asa
