// The canonical text of a policy: everything that decides a verdict, one statement a line, sorted where order means
// nothing. Printing and parsing back gives an equal policy; spans, notes and hit counters are not part of it.
//
//   vendor iptables
//   families IPv4
//   replies by-rules
//   interface eth0 address 10.1.0.1 network 10.1.0.0/24
//   object WEB addresses 10.1.0.80, 10.1.0.81
//   ruleset INPUT default deny
//     permit any any > any state established name "INPUT rule 1"
//     maybe permit tcp any > any:80 destination @WEB because rate "10/minute"
//     deny udp any > any:53 | tcp any > any:53 answer icmp-port-unreachable log
//   path inbound
//     stage INPUT
//
// A rule is its flags (disabled, implicit, and maybe for one that matches only if its conditions hold), its action,
// what it matches (alternatives separated by "|"; "all"; "nothing"), then "at most" with the widest it can match,
// "because" with its conditions, and what reports show of it. "@" names an object of the policy that the rule shares.
#pragma once

#include <string>

#include "fwproof/base/result.hpp"
#include "fwproof/policy/policy.hpp"

namespace fwproof {

struct PolicyTextOptions {
    bool labels = true;  // rule names, comments and assumptions; without them text that decides nothing leaves no trace
    bool lines = false;  // a remark behind each rule says its line in the export
};

std::string print_policy(const Policy& policy, const PolicyTextOptions& options = {});
// One rule as in print_policy, without indentation and line end.
std::string print_rule(const Policy& policy, const Rule& rule, const PolicyTextOptions& options = {});

Result<Policy> parse_policy(SourceRef source);

// The words of the canonical text for the values of these types.
std::string_view to_string(Register reg);         // "packet-mark", ...
std::string_view to_string(ReplyHandling reply);  // "tracked", "tracked-ports", "by-rules"

}  // namespace fwproof
