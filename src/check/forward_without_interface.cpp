#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "check/report_openings.hpp"

namespace fwproof {

namespace {

// The source is all that says where packets come from, and it is inside.
bool trusts_source_alone(const Opening& opening) {
    return !opening.said.empty() && std::all_of(opening.said.begin(), opening.said.end(), [](const Product& said) {
        return said.in.is_all() && said.out.is_all() && only_private(said.source);
    });
}

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    // One finding for each chain: its first rule, and how many more.
    std::map<std::pair<std::size_t, RulesetIndex>, std::vector<const Opening*>> by_chain;
    for (const auto& opening : context.rules().openings()) {
        if (opening.by != OpenedBy::rule || opening.path->position != Position::transit || !opening.surely) continue;
        if (context.firewalls()[opening.firewall].policy->vendor != "iptables") continue;
        if (trusts_source_alone(opening)) by_chain[{opening.firewall, opening.rule.ruleset}].push_back(&opening);
    }
    for (const auto& [key, openings] : by_chain) {
        const Firewall& firewall = context.firewalls()[key.first];
        std::vector<std::string> names;
        for (const Opening* opening : openings) {
            auto name = rule_name(*firewall.policy, opening->rule);
            if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
        }
        Finding finding = finding_about(check, context, *openings[0], openings[0]->packets);
        finding.message =
            fmt::format("{} {} packets through by an inner source address alone, at whatever interface they come in",
                        join_some(names), names.size() == 1 ? "lets" : "let");
        findings.push_back(std::move(finding));
    }
}

}  // namespace

extern const Check check_forward_without_interface;
const Check check_forward_without_interface = {
    .id = "IPT108",
    .name = "forward-without-interface",
    .severity = Severity::warning,
    .subject = Subject::rules,
    .summary = R"(Rules let packets through by their inner source address, and name no interface)",
    .why =
        R"(A source address is what the sender writes into the packet. A rule for 10.1.0.0/16 that does not say at which interface
that network is also lets forged packets in from outside, unless the kernel's reverse path filter drops them, which no
export shows. One finding for each chain. Not reported: rules for any or public sources, and rules that name an
interface on either side, also in a jump to their chain.)",
    .example = R"(-A FORWARD -s 10.1.0.0/16 -d 10.2.0.21/32 -p tcp --dport 1433 -j ACCEPT)",
    .fix = R"(Name the interface, -i eth1, or send the packets of each interface to a chain of their own first.)",
    .standards = R"(pci-dss-4.0.1 1.4.3)",
    .references = R"(RFC 3704, ingress filtering)",
    .run = &run,
};

}  // namespace fwproof
