#include <fmt/format.h>
#include "check/dates.hpp"
#include "check/describe.hpp"
#include "check/each_rule.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    const auto& today = context.input().today;
    if (!today) return;
    each_rule(context, [&](const Firewall& firewall, RuleRef ref, const Rule& rule) {
        if (!rule.enabled) return;
        const bool scheduled = rule.last_day && *rule.last_day < *today;
        const auto written = end_date(rule.comment);
        if (!scheduled && !(written && *written < *today)) return;
        const std::chrono::sys_days day = scheduled ? *rule.last_day : *written;
        Finding finding = finding_about(check, firewall, ref);
        const std::string name = rule_name(*firewall.policy, ref);
        finding.message = scheduled ? fmt::format("the schedule of {} ended on {}", name, date_text(day))
                                    : fmt::format("{} was to end on {} and still works", name, date_text(day));
        if (!rule.comment.empty()) finding.details.push_back("comment: " + rule.comment);
        findings.push_back(std::move(finding));
    });
}

}  // namespace

extern const Check check_expired_rule;
const Check check_expired_rule = {
    .id = "FW603",
    .name = "expired-rule",
    .severity = Severity::error,
    .subject = Subject::rules,
    .summary = R"(A rule is there although its time is over)",
    .why =
        R"(Its schedule has ended, or its comment says a day that has passed (until=2026-03-31, expires 2026-03-31). A rule with
a schedule does nothing any more and only waits to be misread; one whose comment has expired still works, and nobody
decided that. --as-of sets the day.)",
    .example = R"(access-list OUT remark vendor access until=2026-03-31)",
    .fix = R"(Remove the rule, or renew the day after asking its owner.)",
    .standards = R"(pci-dss-4.0.1 1.2.7)",
    .references = R"(capirca, expiration keyword)",
    .run = &run,
};

}  // namespace fwproof
