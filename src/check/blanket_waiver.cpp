#include <fmt/format.h>
#include "check/waivers.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    const auto fault = [](const Waiver& waiver) {
        const std::string what = blanket(waiver);
        return what.empty() ? what : fmt::format("the waiver of {} covers {}", waiver.check, what);
    };
    report_waivers(context, check, fault, findings);
}

}  // namespace

extern const Check check_blanket_waiver;
const Check check_blanket_waiver = {
    .id = "FW906",
    .name = "blanket-waiver",
    .severity = Severity::warning,
    .subject = Subject::waiver,
    .summary = R"(A waiver covers more than anybody has seen)",
    .why =
        R"(It names no region, no firewall, no host and no catalog entry, so it also hides what goes wrong tomorrow somewhere
else. Openings beside what is needed (wider-than-required, uncatalogued-opening) grow with their rule: a waiver of these
names a region, or it hides the next opening between the same addresses.)",
    .example = R"([[waiver]]
check = "uncatalogued-opening"
reason = "we know")",
    .fix = R"(Say what the waiver is about: region = "tcp 10.1.0.0/24 > 10.2.0.5:445", a firewall, hosts or a flow.)",
    .standards = R"(pci-dss-4.0.1 1.2.7)",
    .run = &run,
};

}  // namespace fwproof
