#include <fmt/format.h>

#include "check/changes.hpp"
#include "check/describe.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    for (const auto& policy : context.input().change->policies) {
        const Firewall& firewall = context.firewalls()[policy.firewall];
        for (const auto& change : policy.review->logging) {
            if (!change.lost) continue;
            const SourceSpan span = change.after ? rule_span(*firewall.policy, *change.after) : SourceSpan();
            Finding finding = finding_after(check, firewall, span);
            finding.message =
                change.after ? fmt::format("{} no longer logs", rule_name(*firewall.policy, *change.after))
                             : fmt::format("{}, which logged, was removed", rule_name(*policy.before, *change.before));
            findings.push_back(std::move(finding));
        }
    }
}

}  // namespace

extern const Check check_lost_log;
const Check check_lost_log = {
    .id = "FW506",
    .name = "lost-log",
    .severity = Severity::warning,
    .subject = Subject::change,
    .summary = R"(A change takes logging away and leaves the verdict as it is)",
    .why =
        R"(No packet is decided otherwise, so nothing looks different to users. What was seen before is not seen any more, and an
alarm that rests on these lines falls silent.)",
    .example = R"(-  access-list OUT extended deny ip any any log
+  access-list OUT extended deny ip any any)",
    .fix = R"(Keep the log, or have its loss approved by those who watch it.)",
    .standards = R"(pci-dss-4.0.1 1.2.2)",
    .references = R"(PCI DSS v4.0.1, requirement 10)",
    .run = &run,
};

}  // namespace fwproof
