// Reading text as a configuration, and asking the result about packets.
#pragma once

#include <string>
#include <string_view>

#include "fwproof/vendor/vendor.hpp"
#include "support/naive.hpp"

namespace fwproof::asa_test {

// ASA 9.16 with outside (0, 203.0.113.2/24), dmz (50, 192.0.2.1/24), inside (100, 10.0.0.1/8) and OUT bound to outside.
extern const std::string_view kBase;

Result<std::vector<Policy>> read_all(std::string text, const LoadOptions& options = {});
// The only device of the text; an error fails the test.
Policy read(std::string text, const LoadOptions& options = {});

// "outside>dmz tcp 198.51.100.9:40000 > 192.0.2.10:80 [state established]"; without an outgoing interface the packet is
// for the device. Ports follow IPv6 addresses in brackets; ICMP types stand at the end as "icmp 8/0".
struct Question {
    Position position = Position::transit;
    Packet packet;
};
Question question(std::string_view text);
Verdict ask(const Policy& policy, const Question& question);
// The verdict; for a question with "?" for interfaces by every way that the policy leaves:
// "permit (outside>dmz)", "mixed (outside>dmz permit, outside>inside deny)".
std::string answer(const Policy& policy, const Question& question);

// "3:12 unparsed-line: message [hint]" for every note except assumptions about the base.
std::string notes_text(const Policy& policy);

std::string read_fixture(const std::string& name);  // below fixtures/vendor/asa

}  // namespace fwproof::asa_test
