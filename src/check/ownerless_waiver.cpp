#include <fmt/format.h>
#include "check/waivers.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    const auto fault = [](const Waiver& waiver) {
        return waiver.owner.empty() ? fmt::format("the waiver of {} names no owner", waiver.check) : std::string();
    };
    report_waivers(context, check, fault, findings);
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
