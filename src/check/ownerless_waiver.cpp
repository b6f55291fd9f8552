#include <fmt/format.h>
#include <algorithm>
#include "check/dates.hpp"
#include "check/waivers.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    for (const auto& waiver : context.input().waivers) {
        if (!waiver_problem(waiver).empty() || !waiver.owner.empty()) continue;
        Finding finding = about_waiver(check, waiver);
        finding.message = fmt::format("the waiver of {} names no owner", waiver.check);
        findings.push_back(std::move(finding));
    }
}

}  // namespace

extern const Check check_ownerless_waiver;
const Check check_ownerless_waiver = {
    .id = "FW904",
    .name = "ownerless-waiver",
    .severity = Severity::warning,
    .subject = Subject::waiver,
    .summary = R"(A waiver names nobody who answers for it)",
    .why =
        R"(An exception without an owner is renewed for ever, because nobody is there to be asked whether it is needed still.)",
    .example = R"([[waiver]]
check = "install-only-opening"
reason = "second database is being installed")",
    .fix = R"(Write owner = "who" into the waiver.)",
    .standards = R"(pci-dss-4.0.1 1.2.7)",
    .run = &run,
};

}  // namespace fwproof
