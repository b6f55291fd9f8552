// Policies as the commands that answer questions about one export need them.
#pragma once

#include <string>
#include <vector>

#include "cli/command.hpp"
#include "cli/options.hpp"
#include "fwproof/policy/rule_at.hpp"

namespace fwproof::cli {

// Reads and loads one export; the stores of a host in its place, where `reading` has them.
Result<std::vector<Policy>> load_export(const std::string& path, const Reading& reading, World& world);
// The files of the export that is asked: the one named, or the stores that `reading` has.
std::string asked_file(const std::string& path, const Reading& reading);

// "OUT line 3", "implicit deny of OUT", "default of INPUT": what a rule is called in messages.
std::string rule_name(const Policy& policy, const RuleRef& ref);
// "edge.cfg:12"; empty for what stands in no line.
std::string place(const SourceSpan& span);
// The statement as written, on one line, safe to show and not longer than a line of a terminal or two.
std::string statement(const SourceSpan& span);
// "transit", "inbound, domain": what a path is called.
std::string path_name(const Path& path);

// "asa edge-fw1", "iptables".
std::string policy_title(const Policy& policy);

}  // namespace fwproof::cli
