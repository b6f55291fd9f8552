// Packets as a Linux host without sysctl changes would see them, for comparison with recorded kernel verdicts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fwproof/packet/packet.hpp"
#include "fwproof/vendor/vendor.hpp"

namespace fwproof::iptables {

// What connection tracking says of a packet that belongs to no connection (nf_conntrack_tcp_loose=1).
State first_state(const Packet& packet);

std::uint8_t parse_flag_letters(std::string_view letters);  // "SA", "-"

// Loads one input from text; a failed load throws std::runtime_error with the rendered error.
Policy load_text(std::string_view text, const LoadOptions& options = {}, const std::string& name = "rules");
std::string load_error(std::string_view text, const std::string& name = "rules");  // empty: it loads
// The error, or "LINE:COLUMN: KIND: MESSAGE" for every note that says what iptables-restore would refuse. Empty:
// nothing.
std::string refusals(const std::string& text);

std::vector<std::string_view> words_of(std::string_view line);
std::string read_fixture(const std::string& path);  // below fixtures/vendor/iptables
// The text equals the fixture. With FWPROOF_UPDATE_GOLDEN in the environment the fixture is written instead, and the
// test fails so that nobody takes that for a pass.
void check_golden(const std::string& path, const std::string& text);

// "A" permitted, "D" denied, "?" unknown, by the plain meaning of the rules.
std::string verdict(const Policy& policy, Position position, const Packet& packet);

}  // namespace fwproof::iptables
