#include <fmt/format.h>
#include <algorithm>
#include <set>
#include "check/report_openings.hpp"

namespace fwproof {

namespace {

// Behind another filter that lets packets through by its rules a default that permits is no hole.
bool is_first_filter(const RuleDesk& desk, const Opening& opening) {
    for (const auto& stage : opening.path->stages) {
        if (stage.ruleset == opening.rule.ruleset) return true;
        const bool meets = !(desk.space.from(stage.guard) & opening.packets).empty();
        if (desk.policy.rulesets[stage.ruleset].filters && meets) return false;
    }
    return true;
}

// Stands for rules that the export does not hold: it denies and permits nothing by itself.
bool is_missing(const Ruleset& ruleset) {
    return !ruleset.rules.empty() && std::all_of(ruleset.rules.begin(), ruleset.rules.end(), [](const Rule& rule) {
        const auto* decide = std::get_if<Decide>(&rule.action);
        return rule.implicit && !rule.span && decide && decide->verdict == Verdict::unknown;
    });
}

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    std::set<std::pair<std::size_t, RuleRef>> done;
    for (const auto& opening : context.rules().openings()) {
        if (opening.by != OpenedBy::standard || opening.path->position == Position::outbound) continue;
        if (!done.insert({opening.firewall, opening.rule}).second) continue;
        const RuleDesk& desk = context.rules().desk(opening.firewall);
        const Policy& policy = desk.policy;
        if (is_missing(policy.rulesets[opening.rule.ruleset])) continue;
        if (!policy.ordered) continue;  // inbound-default-allow says it with the profile
        if (!is_first_filter(desk, opening)) continue;
        Finding finding = finding_about(check, context, opening, opening.packets);
        const std::string& ruleset = policy.rulesets[opening.rule.ruleset].name;
        finding.message = fmt::format("what no rule of {} matches is permitted", ruleset);
        if (opening.path->position == Position::transit && !is_network(context, opening.firewall)) {
            finding.severity = Severity::warning;
            finding.details.emplace_back("it matters as soon as this host forwards packets");
        }
        if (policy.vendor == "iptables" && ruleset.find(' ') == std::string::npos) {
            finding.fix = fmt::format("iptables -P {} DROP", ruleset);
        }
        findings.push_back(std::move(finding));
    }
}

}  // namespace

extern const Check check_default_permit;
const Check check_default_permit = {
    .id = "FW401",
    .name = "default-permit",
    .severity = Severity::error,
    .subject = Subject::rules,
    .summary = R"(What no rule matches is permitted)",
    .why =
        R"(A list of rules can only be complete if what it forgets is denied. Reported where packets really reach a default
verdict that permits them: a chain with policy ACCEPT that ends with a rule for all packets is in order. The built-in
chains of tables that are not filters are not asked; outbound traffic and the profiles of Windows have checks of their
own.)",
    .example = R"(:INPUT ACCEPT [0:0])",
    .fix = R"(Set the default to deny, after the rules for what is needed are in place: iptables -P INPUT DROP.)",
    .standards = R"(pci-dss-4.0.1 1.3.1
nist-sp-800-41r1 4
stig-firewall-srg-v3r1 SRG-NET-000364-FW-000039)",
    .run = &run,
};

}  // namespace fwproof
