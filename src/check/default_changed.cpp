#include <fmt/format.h>

#include <algorithm>

#include "check/changes.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    for (const auto& policy : context.input().change->policies) {
        const Firewall& firewall = context.firewalls()[policy.firewall];
        for (const auto& list : firewall.policy->rulesets) {
            const auto& all = policy.before->rulesets;
            const auto was =
                std::find_if(all.begin(), all.end(), [&](const Ruleset& other) { return other.name == list.name; });
            if (was == all.end() || !list.bound || !was->bound || !list.filters || !list.default_verdict ||
                !was->default_verdict || list.default_verdict == was->default_verdict)
                continue;
            Finding finding = finding_after(check, firewall, list.default_span);
            if (list.default_verdict == Verdict::deny) finding.severity = Severity::warning;
            finding.message = fmt::format("the default of {} is {} after the change, and was {} before", list.name,
                                          to_string(*list.default_verdict), to_string(*was->default_verdict));
            findings.push_back(std::move(finding));
        }
    }
}

}  // namespace

extern const Check check_default_changed;
const Check check_default_changed = {
    .id = "FW808",
    .name = "default-changed",
    .severity = Severity::error,
    .subject = Subject::change,
    .summary = R"(What happens to packets that no rule decides was changed)",
    .why =
        R"(The default decides everything that nobody thought of. Going from deny to permit turns a list of permissions into a list
of prohibitions; going from permit to deny, then a warning, stops whatever relied on it. An ASA has no such default to
change: its lists end in an implicit deny.)",
    .example = R"(:INPUT DROP [0:0]
(and after the change)
:INPUT ACCEPT [0:0])",
    .fix = R"(Leave the default at deny and permit what is needed by rules.)",
    .standards = R"(pci-dss-4.0.1 1.2.2
pci-dss-4.0.1 1.3.1)",
    .run = &run,
};

}  // namespace fwproof
