// Required flows as a report tells of them: what was found to pass as well as what was not.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fwproof/check/check.hpp"

namespace fwproof {

// One documented service between two roles at one firewall, over all pairs of their hosts.
struct FlowRow {
    std::string catalog, flow, service;  // ids in the catalog
    std::string from, to;                // roles as the document prints them
    std::string from_hosts, to_hosts;    // "ms1, ms2", "10.20.0.0/16"
    std::size_t pairs = 0;               // of hosts that the row speaks of, at least one
    std::string ports;                   // "tcp/1433"
    std::string firewall;                // id; empty where none was asked
    std::string path;                    // "transit", "inbound, domain"; empty where none was asked
    Judgement judgement{};
    bool counts = true;                      // false: another variant or another reading decides instead
    std::vector<RuleEvidence> permitted_by;  // the rules that let it pass, in the order of evaluation
    std::optional<Packet> passes;            // a packet that surely passes
    std::vector<RuleEvidence> stopped_by;    // the rules that stop what does not pass, or leave it open
    std::optional<Packet> fails;             // a packet that does not surely pass
    std::vector<std::string> conditions;     // what it depends on
    std::string unchecked;                   // why nobody can say
    std::optional<Citation> citation;
};

// In the order of the catalogs. The rules that let a flow pass are there when AssessOptions::keep_permits was set.
std::vector<FlowRow> flow_rows(const CheckContext& context);

}  // namespace fwproof
