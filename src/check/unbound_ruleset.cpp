#include <fmt/format.h>
#include <algorithm>
#include "check/describe.hpp"
#include "check/rule_study.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    for (const auto& firewall : context.firewalls()) {
        for (const auto& ruleset : firewall.policy->rulesets) {
            if (ruleset.bound || !ruleset.used_by.empty() || !ruleset.filters) continue;
            const auto rules =
                std::count_if(ruleset.rules.begin(), ruleset.rules.end(), [](const Rule& r) { return !r.implicit; });
            if (rules == 0) continue;
            Finding finding = finding_at(check, firewall, ruleset.span ? ruleset.span : ruleset.rules.front().span);
            finding.message = fmt::format("{} with {} rule{} is never evaluated: nothing refers to it", ruleset.name,
                                          rules, rules == 1 ? "" : "s");
            for (const auto& rule : ruleset.rules) {
                for (const auto& match : rule.match.any_of) finding.subject.push_back(match.header);
            }
            findings.push_back(std::move(finding));
        }
    }
}

}  // namespace

extern const Check check_unbound_ruleset;
const Check check_unbound_ruleset = {
    .id = "FW403",
    .name = "unbound-ruleset",
    .severity = Severity::warning,
    .subject = Subject::rules,
    .summary = R"(A list of rules is bound nowhere, so the device never looks at it)",
    .why =
        R"(Somebody reads the list and believes that it protects something. Lists that do something else (a crypto map, a class
map, translation) are not reported, nor are empty ones.)",
    .example = R"(access-list OLD-OUT extended deny ip any any
(no access-group names OLD-OUT))",
    .fix = R"(Bind the list where it belongs, or remove it.)",
    .standards = R"(pci-dss-4.0.1 1.2.7)",
    .references = R"(nipper-ng, issue UNUS)",
    .run = &run,
};

}  // namespace fwproof
