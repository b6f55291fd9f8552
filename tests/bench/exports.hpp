// Generated rule lists as the exports that devices print.
#pragma once

#include <string>

#include "fwproof/policy/policy.hpp"

namespace fwproof::bench {

// A policy as generate() makes it, IPv4 only. Openings for the roles that kRoles binds stand in the middle of the list:
// needed ones, wider ones and some that only an installation needs.
std::string asa_export(const Policy& policy);       // one extended list, one line a rule
std::string iptables_export(const Policy& policy);  // FORWARD of a filter table

// What `fwproof check` is asked about these exports.
constexpr const char* kRoles[] = {"management-server=10.250.1.11,10.250.1.12",
                                  "operations-manager-database=10.250.2.21",
                                  "data-warehouse=10.250.2.22",
                                  "gateway-server=10.250.5.10",
                                  "operations-console=10.250.4.0/25",
                                  "windows-agent=10.251.0.0/16"};

}  // namespace fwproof::bench
