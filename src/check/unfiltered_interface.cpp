#include <fmt/format.h>
#include "check/report_openings.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    for (const auto& opening : context.rules().openings()) {
        if (opening.by != OpenedBy::implicit || opening.path->position != Position::transit) continue;
        const Policy& policy = context.rules().desk(opening.firewall).policy;
        const Rule& rule = policy.rulesets[opening.rule.ruleset].rules[opening.rule.rule];
        const auto& in = rule.match.any_of[0].header.in;
        if (rule.match.any_of.size() != 1 || in.negated || in.any_of.size() != 1) continue;
        std::vector<std::string> to;
        for (const auto& pattern : rule.match.any_of[0].header.out.any_of) to.push_back(pattern.name);
        Finding finding = finding_about(check, context, opening, opening.packets);
        finding.message = fmt::format("{} has no list, so everything from there is permitted to {}", in.any_of[0].name,
                                      join_some(to));
        findings.push_back(std::move(finding));
    }
}

}  // namespace

extern const Check check_unfiltered_interface;
const Check check_unfiltered_interface = {
    .id = "FW404",
    .name = "unfiltered-interface",
    .severity = Severity::warning,
    .subject = Subject::rules,
    .summary = R"(Packets from an interface meet no list, and the security levels let them through)",
    .why =
        R"(Without a list an interface sends whatever it likes to every interface of a lower security level. That is rarely what
was decided; it is what was there before anybody decided.)",
    .example = R"(interface GigabitEthernet0/1
 nameif inside
 security-level 100
(no access-group ... in interface inside))",
    .fix = R"(Bind a list to the interface that permits what is needed.)",
    .standards = R"(pci-dss-4.0.1 1.3.2)",
    .references = R"(nipper-ng, issue NOFI
Cisco ASA Series Firewall CLI Configuration Guide, access rules (implicit permits))",
    .run = &run,
};

}  // namespace fwproof
