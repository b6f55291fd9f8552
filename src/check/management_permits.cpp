#include "check/management_permits.hpp"

namespace fwproof {

std::vector<ManagementPermit> management_permits(const CheckContext& context, std::size_t firewall) {
    std::vector<ManagementPermit> found;
    const Policy& policy = *context.firewalls()[firewall].policy;
    for (const auto& opening : context.rules().openings()) {
        if (opening.firewall != firewall || opening.by != OpenedBy::implicit) continue;
        if (opening.path->position != Position::inbound || !opening.path->variant.empty()) continue;
        const Rule& rule = policy.rulesets[opening.rule.ruleset].rules[opening.rule.rule];
        if (!rule.span || rule.match.any_of.size() != 1) continue;
        const Product& header = rule.match.any_of[0].header;
        if (!header.services || header.services->terms.size() != 1 || header.in.any_of.size() != 1) continue;
        const ServiceTerm& term = header.services->terms[0];
        if (!(term.protocols == ProtocolSet::of(kTcp)) || term.destination_ports.is_all()) continue;
        found.push_back({&opening, std::string(rule.span.text()), header.in.any_of[0].name, term.destination_ports});
    }
    return found;
}

}  // namespace fwproof
