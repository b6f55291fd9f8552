// Asks a lowered Windows policy about one packet, by the plain meaning of its rules.
#pragma once

#include <string>
#include <vector>

#include "fwproof/vendor/vendor.hpp"

namespace fwproof::windows {

// "P" permitted, "D" denied, "U" undecided. `flow`: "10.0.0.5 > 10.9.9.9 tcp/445", "... udp/53 from 67", "... icmp/8",
// "... proto/47", "... tcp/443 established". `position`: inbound or outbound. Conditions whose value contains one of
// `holds` are taken to hold.
std::string ask(const Policy& policy, std::string_view profile, Position position, std::string_view flow,
                const std::vector<std::string>& holds = {});

// Loads one input from text; throws std::runtime_error with the rendered error.
Policy load_text(std::string bytes, const LoadOptions& options = {}, const std::string& name = "export");
// The rendered error of loading it; empty when it loads.
std::string load_error(std::string bytes, const std::string& name = "export");

// UTF-16 little endian with a byte order mark.
std::string utf16(std::string_view text);

// A local store as .reg: profile settings as Windows sets them up, and the rules.
std::string reg(const std::vector<std::string>& rules, std::string_view extra = {});
// The same rules as group policy, without settings.
std::string gpo_reg(const std::vector<std::string>& rules, std::string_view extra = {});

std::string read_fixture(const std::string& path);  // below fixtures/vendor/windows

}  // namespace fwproof::windows
