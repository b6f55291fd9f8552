#include <fmt/format.h>
#include <algorithm>
#include "check/waivers.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    const auto fault = [&](const Waiver& waiver) -> std::string {
        const bool used = std::any_of(findings.begin(), findings.end(), [&](const Finding& f) {
            // One that has ended and was renewed covers nothing any more.
            const bool renewed = !f.waived_by.empty() && !in_force(waiver, context);
            return !renewed && (speaks_of(waiver, f, context) || outgrows(waiver, f, context));
        });
        if (used || !context.runs(waiver.check)) return {};
        return fmt::format("this waiver of {} covers no finding", waiver.check);
    };
    report_waivers(context, check, fault, findings);
}

}  // namespace

extern const Check check_unused_waiver;
const Check check_unused_waiver = {
    .id = "FW903",
    .name = "unused-waiver",
    .severity = Severity::warning,
    .subject = Subject::waiver,
    .summary = R"(A waiver covers no finding)",
    .why = R"(What it excused is gone. Kept, it would silently excuse the same fault when it comes back.)",
    .example = R"(a waiver for an opening that was closed last month)",
    .fix = R"(Remove it.)",
    .standards = R"(pci-dss-4.0.1 1.2.7)",
    .run = &run,
};

}  // namespace fwproof
