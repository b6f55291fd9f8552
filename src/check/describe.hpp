// Words for findings: hosts, services, rules and regions as messages print them.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "fwproof/check/check.hpp"

namespace fwproof {

// "a", "a and b", "a, b, c and 4 more". `further` is counted as more of them.
std::string join_some(const std::vector<std::string>& words, std::size_t most = 4, std::size_t further = 0);

// What the verdict depends on, one text for each; the last may count the rest.
std::vector<std::string> conditions_text(const FlowResult& flow);

// "OUT line 12", "the default of chain INPUT": without the place.
std::string rule_name(const Policy& policy, RuleRef rule);
SourceSpan rule_span(const Policy& policy, RuleRef rule);
RuleEvidence evidence(const Firewall& firewall, const Decider& decider);
// The same with what the rule itself says.
RuleEvidence evidence(const Firewall& firewall, RuleRef rule);
// What the rule or default decides by itself; empty: nothing.
std::string verdict_of(const Policy& policy, RuleRef rule);

// " at edge", " at db1 inbound, profiles private and public"; for an export without a name of its own, which the
// headline shows already, " inbound" or nothing. All paths are of one position.
std::string place(const Firewall& firewall, const std::vector<const Path*>& paths);

// The distinct hosts of the requirements' ends with their role: "ms1 and ms2 (management-server)".
std::string from_text(std::span<const Requirement> all, const std::vector<std::size_t>& which);
std::string to_text(std::span<const Requirement> all, const std::vector<std::size_t>& which);
// The distinct services: "tcp/1433", "tcp/135, udp/137 and tcp/445".
std::string services_text(std::span<const Requirement> all, const std::vector<std::size_t>& which);

// Regions as their readers know them: of first packets, so without the TCP flags and the state that all of them have.
std::vector<Product> plain_region(const std::vector<Product>& region);
std::string region_text(const std::vector<Product>& region, bool complete, std::size_t most = 3);

// The entries of the requirements, each once.
std::vector<EntryNames> entries_of(std::span<const Requirement> all, const std::vector<std::size_t>& which);
// A finding of the check about requirements at a path: place, rules, witness, citation, catalog ids.
Finding finding_at(const Check& check, const CheckContext& context, const Firewall& firewall,
                   const std::vector<std::size_t>& requirements);
// A finding of the check at a statement; without one at the export.
Finding finding_at(const Check& check, const Firewall& firewall, const SourceSpan& span);
// A finding of the check about a setting of the export, or about one that it leaves to the device.
Finding finding_about(const Check& check, const Firewall& firewall, const Setting& setting);
// A finding of the check about one rule or default.
Finding finding_about(const Check& check, const Firewall& firewall, RuleRef rule);
// What the catalog says, for details: "Configuring a Firewall..., Port assignments, row 1, line 34".
std::string citation_text(const Citation& citation);

}  // namespace fwproof
