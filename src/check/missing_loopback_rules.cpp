#include <fmt/format.h>

#include "check/filter_chains.hpp"
#include "check/report_openings.hpp"
#include "fwproof/analysis/crossing.hpp"
#include "fwproof/base/service.hpp"

namespace fwproof {

namespace {

// A connection of the host with itself.
Product loopback_packets(bool inward) {
    const auto self = share(AddressSet::of(*parse_address("127.0.0.1")));
    Product product = first_packets(self, self, service(kTcp, PortSet::range(1024, 65535)));
    (inward ? product.in : product.out) = InterfaceSet::of("lo");
    return product;
}

// The chain in which it ends; nothing where a part of it may pass.
std::optional<Hit> stopped(const Policy& policy, const Path& path, const Product& packets) {
    SpaceBuilder builder;
    add_values(builder, policy);
    builder.add(packets);
    const Space space = builder.build();
    const PacketSet question = space.from(packets) - space.from(policy.impossible);
    const Evaluator evaluator(policy, space, question);
    const Outcome outcome = evaluator.evaluate(path, question);
    if (question.empty() || outcome.out_of_budget || !(outcome.permitted | outcome.undecided).empty())
        return std::nullopt;
    for (const auto& hit : evaluator.attribute(path, question)) {
        if (hit.verdict == Verdict::deny && hit.surely) return hit;
    }
    return std::nullopt;
}

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    for (const auto& firewall : context.firewalls()) {
        const Policy& policy = *firewall.policy;
        if (std::find(policy.families.begin(), policy.families.end(), Family::v4) == policy.families.end()) continue;
        for (const auto& chain : filter_chains(policy)) {
            const bool inward = chain.path->position == Position::inbound;
            if (chain.path->position == Position::transit) continue;
            const auto hit = stopped(policy, *chain.path, loopback_packets(inward));
            if (!hit || hit->rule.ruleset != chain.ruleset) continue;
            Finding finding = finding_about(check, firewall, hit->rule);
            finding.message = fmt::format("the host cannot talk to itself: {} denies new connections {} lo",
                                          rule_name(policy, hit->rule), inward ? "from" : "to");
            finding.decided_by.push_back(evidence(firewall, {hit->rule, Verdict::deny, true}));
            finding.witness = hit->packets.pick();
            finding.fix = inward ? "iptables -I INPUT 1 -i lo -j ACCEPT" : "iptables -I OUTPUT 1 -o lo -j ACCEPT";
            findings.push_back(std::move(finding));
        }
    }
}

}  // namespace

extern const Check check_missing_loopback_rules;
const Check check_missing_loopback_rules = {
    .id = "IPT102",
    .name = "missing-loopback-rules",
    .severity = Severity::warning,
    .subject = Subject::rules,
    .summary = R"(The rules of a host deny its traffic with itself)",
    .why =
        R"(Programs of one host talk to each other over the loopback interface: databases, name resolution, mail. A chain that
denies by default stops them unless a rule lets lo through, and the fault shows far from its cause. Reported where a
connection from 127.0.0.1 to itself surely does not pass.)",
    .example = R"(:INPUT DROP [0:0]
(and no -A INPUT -i lo -j ACCEPT))",
    .fix = R"(Let the loopback interface through first: -A INPUT -i lo -j ACCEPT and -A OUTPUT -o lo -j ACCEPT.)",
    .references = R"(CIS Debian Linux 11 Benchmark, loopback traffic is configured)",
    .run = &run,
};

}  // namespace fwproof
