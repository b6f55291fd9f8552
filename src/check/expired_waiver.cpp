#include <fmt/format.h>
#include <algorithm>
#include "check/dates.hpp"
#include "check/waivers.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    for (const auto& waiver : context.input().waivers) {
        if (!waiver_problem(waiver).empty() || in_force(waiver, context)) continue;
        // What a renewed waiver covers is not back.
        const auto covered = std::count_if(findings.begin(), findings.end(), [&](const Finding& f) {
            return f.waived_by.empty() && speaks_of(waiver, f, context);
        });
        if (covered == 0) continue;
        Finding finding = about_waiver(check, waiver);
        finding.message =
            fmt::format("the waiver of {} ended on {}, and {} finding{} it covered {} back", waiver.check,
                        date_text(*waiver.until), covered, covered == 1 ? "" : "s", covered == 1 ? "is" : "are");
        if (!waiver.owner.empty()) finding.details.push_back("owner: " + waiver.owner);
        findings.push_back(std::move(finding));
    }
}

}  // namespace

extern const Check check_expired_waiver;
const Check check_expired_waiver = {
    .id = "FW901",
    .name = "expired-waiver",
    .severity = Severity::error,
    .subject = Subject::waiver,
    .summary = R"(A waiver has ended and what it covered is still there)",
    .why =
        R"(An exception that nobody renews is over. Its findings are reported again, and this one says why they came back.)",
    .example = R"([[waiver]]
check = "install-only-opening"
until = 2026-03-31)",
    .fix = R"(Close the opening, or renew the waiver with a new last day and a reason.)",
    .standards = R"(pci-dss-4.0.1 1.2.7)",
    .run = &run,
};

}  // namespace fwproof
