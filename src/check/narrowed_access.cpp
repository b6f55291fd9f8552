#include "check/changes.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    for (const auto& access : changed_access(context)) {
        if (access.widens()) continue;
        findings.push_back(finding_about(check, access));
        findings.back().message = change_text(access);
    }
    report_replies(context, check, &PathReview::replies_lost, "no longer pass", findings);
}

}  // namespace

extern const Check check_narrowed_access;
const Check check_narrowed_access = {
    .id = "FW802",
    .name = "narrowed-access",
    .severity = Severity::warning,
    .subject = Subject::change,
    .summary = R"(A change stops packets that were permitted before)",
    .why =
        R"(What somebody uses may stop working. The region is the whole of what the version before permitted, or may have
permitted, and the version after does not; also replies that no longer get back.)",
    .example = R"(+  -A INPUT -s 198.51.100.0/24 -j DROP
   -A INPUT -p tcp --dport 443 -j ACCEPT)",
    .fix =
        R"(Ask those who use the region, or look for it in the log of what is permitted. fwproof diff --site FILE says which
required flows break.)",
    .standards = R"(pci-dss-4.0.1 1.2.2)",
    .run = &run,
};

}  // namespace fwproof
