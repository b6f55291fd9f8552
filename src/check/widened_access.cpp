#include <algorithm>

#include "check/changes.hpp"

namespace fwproof {

namespace {

// widened-from-untrusted, where it runs, tells of what comes from outside altogether.
bool told_elsewhere(const CheckContext& context, const ChangedAccess& access) {
    if (!context.runs("widened-from-untrusted")) return false;
    const auto packets = access.packets();
    return access.region->complete &&
           std::all_of(packets.begin(), packets.end(), [&](const Product& p) { return from_untrusted(access, p); });
}

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    for (const auto& access : changed_access(context)) {
        if (!access.widens() || told_elsewhere(context, access)) continue;
        findings.push_back(finding_about(check, access));
        findings.back().message = change_text(access);
    }
    report_replies(context, check, &PathReview::replies_gained, "now pass", findings);
}

}  // namespace

extern const Check check_widened_access;
const Check check_widened_access = {
    .id = "FW801",
    .name = "widened-access",
    .severity = Severity::error,
    .subject = Subject::change,
    .summary = R"(A change permits packets that were not permitted before)",
    .why =
        R"(Every new permission is what a review is for. The region is the whole of it, not an example: all packets that the
version after permits, or may permit, and the version before did not. Regions that lie wholly outside are told by
widened-from-untrusted instead.)",
    .example = R"(-  -A INPUT -s 10.1.0.0/24 -p tcp --dport 22 -j ACCEPT
+  -A INPUT -s 10.1.0.0/23 -p tcp --dport 22 -j ACCEPT)",
    .fix = R"(Have the region approved, or narrow the edit until nothing else is permitted than what was asked for.)",
    .standards = R"(pci-dss-4.0.1 1.2.2)",
    .run = &run,
};

}  // namespace fwproof
