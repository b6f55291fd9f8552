#include <fmt/format.h>
#include "check/dates.hpp"
#include "check/describe.hpp"
#include "check/each_rule.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    each_rule(context, [&](const Firewall& firewall, RuleRef ref, const Rule& rule) {
        const auto* decide = std::get_if<Decide>(&rule.action);
        if (!rule.enabled || !decide || decide->verdict != Verdict::permit || rule.last_day || end_date(rule.comment))
            return;
        const std::string word = temporary_word(rule.comment);
        if (word.empty()) return;
        Finding finding = finding_about(check, firewall, ref);
        finding.message = fmt::format("{} is called '{}' and has no end", rule_name(*firewall.policy, ref), word);
        finding.details.push_back("comment: " + rule.comment);
        findings.push_back(std::move(finding));
    });
}

}  // namespace

extern const Check check_temporary_without_expiry;
const Check check_temporary_without_expiry = {
    .id = "FW604",
    .name = "temporary-without-expiry",
    .severity = Severity::warning,
    .subject = Subject::rules,
    .summary = R"(A rule is called temporary and has no end)",
    .why =
        R"(Nothing is as lasting as a temporary rule. Words such as temporary, temp, tmp, poc, workaround, "for testing" and "to
be removed" in the comment count; a schedule that ends or a day in the comment is an end.)",
    .example = R"(-A INPUT -p tcp -m tcp --dport 9000 -m comment --comment "temporary for vendor" -j ACCEPT)",
    .fix =
        R"(Ask who needs it still. Remove it, or write until=YYYY-MM-DD into the comment: expired-rule then watches the day.)",
    .standards = R"(pci-dss-4.0.1 1.2.7)",
    .run = &run,
};

}  // namespace fwproof
