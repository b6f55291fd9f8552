#include <fmt/format.h>
#include "check/waivers.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    for (const auto& waiver : context.input().waivers) {
        const std::string problem = waiver_problem(waiver);
        if (problem.empty()) continue;
        Finding finding = about_waiver(check, waiver);
        finding.message = fmt::format("this waiver covers nothing: {}", problem);
        findings.push_back(std::move(finding));
    }
}

}  // namespace

extern const Check check_malformed_waiver;
const Check check_malformed_waiver = {
    .id = "FW902",
    .name = "malformed-waiver",
    .severity = Severity::error,
    .subject = Subject::waiver,
    .summary = R"(A waiver is not well formed and covers nothing)",
    .why =
        R"(A waiver without a reason, with an impossible date or for a check that does not exist must not hide anything.)",
    .example = R"([[waiver]]
check = "missing-opening")",
    .fix = R"(Give it a check, a reason, and what it covers.)",
    .standards = R"(pci-dss-4.0.1 1.2.7)",
    .run = &run,
};

}  // namespace fwproof
