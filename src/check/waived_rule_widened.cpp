#include <fmt/format.h>
#include <algorithm>
#include "check/dates.hpp"
#include "check/waivers.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    std::vector<Finding> added;
    for (const auto& waiver : context.input().waivers) {
        if (waiver.region.empty() || !in_force(waiver, context)) continue;
        for (const auto& finding : findings) {
            if (!finding.waived_by.empty() || !outgrows(waiver, finding, context)) continue;
            Finding about = about_waiver(check, waiver);
            about.firewall = finding.firewall;
            about.message = fmt::format("{} now covers more than the waiver's {}{}", waiver.check, waiver.region,
                                        entry_text(waiver).empty() ? "" : " for " + entry_text(waiver));
            about.details.push_back(finding.message);
            about.decided_by = finding.decided_by;
            added.push_back(std::move(about));
        }
    }
    findings.insert(findings.end(), std::make_move_iterator(added.begin()), std::make_move_iterator(added.end()));
}

}  // namespace

extern const Check check_waived_rule_widened;
const Check check_waived_rule_widened = {
    .id = "FW907",
    .name = "waived-rule-widened",
    .severity = Severity::error,
    .subject = Subject::waiver,
    .summary = R"(What a waiver covers has become wider than the waiver)",
    .why =
        R"(The waiver was given for a region of packets. The finding is about these and more, so somebody widened the rule after
the exception was granted. The finding is not waived, and this one says why.)",
    .example = R"([[waiver]]
check = "install-only-opening"
region = "tcp 10.1.0.11 > 10.2.0.21:445"
(and the rule now permits 10.1.0.0/24))",
    .fix = R"(Narrow the rule again, or have the wider opening approved and change the region of the waiver.)",
    .standards = R"(pci-dss-4.0.1 1.2.7)",
    .run = &run,
};

}  // namespace fwproof
