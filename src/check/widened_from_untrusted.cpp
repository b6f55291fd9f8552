#include <fmt/format.h>

#include <algorithm>

#include "check/changes.hpp"
#include "check/describe.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    for (const auto& access : changed_access(context)) {
        if (!access.widens()) continue;
        Finding finding = finding_about(check, access);
        std::erase_if(finding.region, [&](const Product& product) { return !from_untrusted(access, product); });
        if (finding.region.empty()) continue;
        finding.message = change_text(access) + "; it can come from the Internet";
        if (std::all_of(finding.region.begin(), finding.region.end(),
                        [&](const Product& product) { return only_by_doubtful(access, product); })) {
            finding.certainty = Certainty::assumed;
            std::vector<std::string> names;
            for (const auto& one : access.outside->doubtful) names.push_back(one.name + (one.prefix ? "+" : ""));
            finding.message += fmt::format(", as nothing says which of {} leads there", join_some(names));
        }
        findings.push_back(std::move(finding));
    }
}

}  // namespace

extern const Check check_widened_from_untrusted;
const Check check_widened_from_untrusted = {
    .id = "FW804",
    .name = "widened-from-untrusted",
    .severity = Severity::error,
    .subject = Subject::change,
    .summary = R"(A change lets packets in that can come from the Internet)",
    .why =
        R"(The region has sources that anybody can have, and comes in where the Internet may be: on an ASA by the interface with the
lowest security level, else by that which the site, address translation or the default route calls outside; where
nothing says it, by any that rules name (then the certainty is assumed). On a Windows host it is the public profile. What a host itself sends is left out.)",
    .example = R"(-  network-object 25.1.2.0 255.255.255.128
+  network-object 25.1.2.0 255.255.255.0)",
    .fix =
        R"(Have it approved by those who answer for what is reachable from outside, or name the sources that need it.)",
    .standards = R"(pci-dss-4.0.1 1.2.2
pci-dss-4.0.1 1.4.2)",
    .run = &run,
};

}  // namespace fwproof
