#include <fmt/format.h>
#include "check/dates.hpp"
#include "check/waivers.hpp"

namespace fwproof {

namespace {

constexpr std::chrono::days kYear{365};

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    const auto& today = context.input().today;
    const auto fault = [&](const Waiver& waiver) -> std::string {
        if (!waiver.until) return fmt::format("the waiver of {} has no last day", waiver.check);
        const std::chrono::sys_days last(*waiver.until);
        if (!today || last <= *today + kYear) return {};
        return fmt::format("the waiver of {} lasts until {}, more than a year", waiver.check, date_text(last));
    };
    report_waivers(context, check, fault, findings);
}

}  // namespace

extern const Check check_endless_waiver;
const Check check_endless_waiver = {
    .id = "FW905",
    .name = "endless-waiver",
    .severity = Severity::warning,
    .subject = Subject::waiver,
    .summary = R"(A waiver lasts longer than a year, or for ever)",
    .why =
        R"(Rule sets have to be reviewed every six months. A waiver that nobody has to look at for more than a year is a rule,
not an exception. Waivers that are over are reported by expired-waiver.)",
    .example = R"([[waiver]]
check = "install-only-opening"
until = 2099-12-31)",
    .fix = R"(Give the waiver a last day within a year.)",
    .standards = R"(pci-dss-4.0.1 1.2.7)",
    .run = &run,
};

}  // namespace fwproof
