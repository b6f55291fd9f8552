#include <fmt/format.h>

#include "check/filter_chains.hpp"
#include "check/report_openings.hpp"
#include "check/translated_packets.hpp"

namespace fwproof {

namespace {

std::string ports_of(const Rule& rule) {
    for (const auto& match : rule.match.any_of) {
        if (match.header.services) return to_string(*match.header.services);
    }
    return "every port";
}

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    for (std::size_t i = 0; i < context.firewalls().size(); ++i) {
        const Firewall& firewall = context.firewalls()[i];
        const Policy& policy = *firewall.policy;
        if (policy.vendor != "iptables") continue;
        const Path* through = policy.find_path(Position::transit);
        const Path* inbound = policy.find_path(Position::inbound);
        if (!through || !inbound) continue;
        const RuleDesk& desk = context.rules().desk(i);
        const Evaluator evaluator(policy, desk.space);
        for (const auto& [ref, packets] : translated_packets(desk, *through)) {
            if (!is_docker_chain(policy.rulesets[ref.ruleset])) continue;
            const PacketSet anybody = packets & desk.anybody;
            if (anybody.empty()) continue;
            const PacketSet open = evaluator.evaluate(*through, anybody).permitted;
            if (open.empty()) continue;
            // To the same port of the host itself.
            const PacketSet closed = evaluator.evaluate(only_filters(policy, *inbound), open).denied;
            if (!(closed == open)) continue;
            const Rule& rule = policy.rulesets[ref.ruleset].rules[ref.rule];
            Finding finding = finding_about(check, firewall, ref);
            finding.message = fmt::format(
                "{} publishes {} to anybody, although INPUT denies that port: packets to containers never meet INPUT",
                rule_name(policy, ref), ports_of(rule));
            finding.witness = open.pick();
            for (const auto& match : rule.match.any_of) finding.region.push_back(match.header);
            findings.push_back(std::move(finding));
        }
    }
}

}  // namespace

extern const Check check_docker_bypass;
const Check check_docker_bypass = {
    .id = "IPT109",
    .name = "docker-bypass",
    .severity = Severity::warning,
    .subject = Subject::rules,
    .summary = R"(A published container port is open, although the rules of the host deny it)",
    .why =
        R"(Docker translates the destination of packets to a published port before any filter, and lets them through FORWARD. The
rules in INPUT, and those that ufw writes, never see them: ufw deny 8080 changes nothing. Not reported: ports published
on the loopback address, ports that a rule in DOCKER-USER keeps closed, and ports that INPUT opens as well.)",
    .example = R"(docker run -p 8080:80 web
-A DOCKER ! -i docker0 -p tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80)",
    .fix =
        R"(Publish on an address that only those who need it reach (-p 127.0.0.1:8080:80), or filter in the chain DOCKER-USER,
which Docker leaves to you.)",
    .standards = R"(pci-dss-4.0.1 1.3.1)",
    .references = R"(Docker documentation, packet filtering and firewalls)",
    .run = &run,
};

}  // namespace fwproof
