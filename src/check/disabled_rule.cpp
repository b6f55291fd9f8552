#include <fmt/format.h>
#include "check/describe.hpp"
#include "check/each_rule.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    each_rule(context, [&](const Firewall& firewall, RuleRef ref, const Rule& rule) {
        if (rule.enabled || !firewall.policy->ordered) return;
        Finding finding = finding_about(check, firewall, ref);
        finding.message = fmt::format("{} is switched off", rule_name(*firewall.policy, ref));
        findings.push_back(std::move(finding));
    });
}

}  // namespace

extern const Check check_disabled_rule;
const Check check_disabled_rule = {
    .id = "FW606",
    .name = "disabled-rule",
    .severity = Severity::note,
    .subject = Subject::rules,
    .summary = R"(A rule is switched off and left in place)",
    .why =
        R"(It does nothing until somebody switches it on again without asking what it was for. Not reported where a system ships
with many rules that are off (Windows).)",
    .example = R"(access-list OUT extended permit tcp any host 10.2.0.9 eq 443 inactive)",
    .fix = R"(Remove it; version control remembers it.)",
    .standards = R"(pci-dss-4.0.1 1.2.7)",
    .references = R"(nipper-ng, issue DISA)",
    .run = &run,
};

}  // namespace fwproof
