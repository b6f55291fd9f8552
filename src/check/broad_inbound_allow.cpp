#include <fmt/format.h>

#include "check/report_openings.hpp"
#include "check/windows_rules.hpp"

namespace fwproof {

namespace {

bool every_port(const ServiceSetRef& services) {
    if (!services) return true;
    return std::any_of(services->terms.begin(), services->terms.end(), [](const ServiceTerm& term) {
        return term.destination_ports.is_all() && term.source_ports.is_all() &&
               (term.protocols.contains(kTcp) || term.protocols.contains(kUdp));
    });
}

bool anybody_everything(const Match& match) {
    return covers_internet(match.header.source) && every_port(match.header.services);
}

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    each_inbound_allow(context, [&](const WindowsRule& one) {
        // Without a program or service the rule is reported as any-to-any or any-service; a package is shut in by
        // what it declares, and its rules come and go with it.
        const Condition* program = one.condition(ConditionKind::program);
        const Condition* service = one.condition(ConditionKind::service);
        if (!one.in_profile("public") || (!program && !service)) return false;
        for (const auto kind : {ConditionKind::package, ConditionKind::ipsec, ConditionKind::address_keyword,
                                ConditionKind::port_keyword, ConditionKind::user}) {
            if (one.condition(kind)) return false;
        }
        const auto& matches = one.rule.match.any_of;
        if (std::none_of(matches.begin(), matches.end(), anybody_everything)) return false;
        Finding finding = finding_about(check, one.firewall, one.ref);
        finding.message =
            fmt::format("{} lets anybody in the public profile reach every port of {}",
                        rule_name(*one.firewall.policy, one.ref), program ? program->value : service->value);
        finding.decided_by.push_back(evidence(one.firewall, {one.ref, Verdict::permit, false}));
        for (const auto& match : matches) finding.region.push_back(match.header);
        findings.push_back(std::move(finding));
        return true;
    });
}

}  // namespace

extern const Check check_broad_inbound_allow;
const Check check_broad_inbound_allow = {
    .id = "WIN106",
    .name = "broad-inbound-allow",
    .severity = Severity::warning,
    .subject = Subject::rules,
    .summary = R"(A program is open to anybody on every port in the public profile)",
    .why =
        R"(Such rules are what the prompt of Windows makes when a user clicks "allow": no port, no remote address, often all
profiles. Whatever port the program opens, the next network that the host joins can reach it. Not reported: rules for
application packages, and rules that ask for authentication, a user or a local network.)",
    .example =
        R"(v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=6|Profile=Public|App=C:\Tools\server.exe|Name=server.exe|)",
    .fix = R"(Name the ports that the program needs and who may reach it, and leave the public profile out.)",
    .standards = R"(pci-dss-4.0.1 1.2.5)",
    .references = R"(mondoohq/mql, pull request 10357
AdventDevInc/kudu, pull request 149)",
    .run = &run,
};

}  // namespace fwproof
