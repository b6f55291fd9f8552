#include <fmt/format.h>

#include "check/changes.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    for (const auto& policy : context.input().change->policies) {
        const LineEdits& lines = policy.review->lines;
        const std::size_t edited = lines.removed.size() + lines.added.size();
        if (edited == 0 || !policy.review->same() || !policy.review->logging.empty()) continue;
        if (!policy.review->asides.empty()) continue;  // translations, marks, answers
        if (!changed_settings(*policy.before, *context.firewalls()[policy.firewall].policy).empty()) continue;
        const SourceSpan first = lines.added.empty() ? SourceSpan() : lines.added.front();
        Finding finding = finding_after(check, context.firewalls()[policy.firewall], first);
        finding.message = fmt::format(
            "{} line{} edited, and neither a verdict nor which rules log differs: both versions permit exactly the "
            "same "
            "flows",
            edited, edited == 1 ? " was" : "s were");
        findings.push_back(std::move(finding));
    }
}

}  // namespace

extern const Check check_text_only_change;
const Check check_text_only_change = {
    .id = "FW807",
    .name = "text-only-change",
    .severity = Severity::note,
    .subject = Subject::change,
    .summary = R"(Lines were edited, and nothing that the firewall does differs)",
    .why =
        R"(Remarks, names, the order of objects, rules rewritten as others that mean the same. Proven for every packet, so that a
reviewer need not read it rule by rule. Counters and times of export do not count as edits. Nothing is said where some
packets are unknown in both versions, or where rules that translate or mark packets, answer what they deny or do something
else beside deciding were edited.)",
    .example = R"(-  access-list OUT remark web servers
+  access-list OUT remark web servers, CHG-104)",
    .fix = R"(Nothing to do. If a change of access was meant, it did not happen.)",
    .standards = R"(pci-dss-4.0.1 1.2.2)",
    .run = &run,
};

}  // namespace fwproof
