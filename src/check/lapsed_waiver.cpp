#include <fmt/format.h>

#include "fwproof/check/change.hpp"
#include "fwproof/check/check.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    for (const auto& lapse : context.input().change->lapses) {
        Finding finding = lapse.finding;
        finding.details.insert(finding.details.begin(), fmt::format("it was waived: {}", lapse.reason));
        finding.message =
            fmt::format("a waiver covered this before the change and covers it no more: {}", lapse.finding.message);
        finding.check = check.name;
        finding.severity = check.severity;
        findings.push_back(std::move(finding));
    }
}

}  // namespace

extern const Check check_lapsed_waiver;
const Check check_lapsed_waiver = {
    .id = "FW811",
    .name = "lapsed-waiver",
    .severity = Severity::warning,
    .subject = Subject::change,
    .summary = R"(A waiver no longer covers what it was given for)",
    .why =
        R"(The change makes an opening wider than the region that was excused, or touches its end. The finding is open again, and
fwproof check will report it. Asked where fwproof diff knows a site.)",
    .example = R"([[waiver]]
check = "install-only-opening"
region = "tcp 10.1.0.11 > 10.2.0.21:445"
(and the rule now permits 10.1.0.0/24))",
    .fix = R"(Narrow the edit, or have the waiver renewed for the wider region.)",
    .standards = R"(pci-dss-4.0.1 1.2.2
pci-dss-4.0.1 1.2.7)",
    .run = &run,
};

}  // namespace fwproof
