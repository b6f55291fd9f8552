#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "check/changes.hpp"
#include "check/describe.hpp"

namespace fwproof {

namespace {

constexpr std::string_view kOn = "logging enable", kOff = "no logging enable";

std::string_view trimmed(std::string_view line) {
    const std::size_t start = std::min(line.find_first_not_of(" \t"), line.size());
    line.remove_prefix(start);
    return line.substr(0, line.find_last_not_of(" \t\r\n") + 1);
}

// The last statement of an ASA that switches its log on or off; nothing: there is none, and it is off.
std::optional<SourceSpan> log_switch(const Policy& policy) {
    std::optional<SourceSpan> found;
    if (policy.vendor != "asa") return found;
    for (const auto& source : policy.sources) {
        for (std::uint32_t line = 1; line <= source->line_count(); ++line) {
            const std::string_view text = trimmed(source->line(line));
            if (text != kOn && text != kOff) continue;
            found = SourceSpan{
                source.get(),
                static_cast<std::uint32_t>(source->line_offset(line) + (text.data() - source->line(line).data())),
                static_cast<std::uint32_t>(text.size())};
        }
    }
    return found;
}

// Rules go on asking for a log that nobody writes.
void report_switch(const Policy& before, const Firewall& firewall, const Check& check, std::vector<Finding>& findings) {
    const auto was = log_switch(before);
    if (!was || was->text() != kOn) return;
    const auto is = log_switch(*firewall.policy);
    if (is && is->text() == kOn) return;
    Finding finding = finding_after(check, firewall, is.value_or(SourceSpan()));
    finding.message = "the device no longer logs: 'logging enable' is gone";
    findings.push_back(std::move(finding));
}

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    for (const auto& policy : context.input().change->policies) {
        const Firewall& firewall = context.firewalls()[policy.firewall];
        report_switch(*policy.before, firewall, check, findings);
        for (const auto& change : policy.review->logging) {
            if (!change.lost) continue;
            const SourceSpan span = change.after ? rule_span(*firewall.policy, *change.after) : SourceSpan();
            Finding finding = finding_after(check, firewall, span);
            finding.message =
                change.after ? fmt::format("{} no longer logs", rule_name(*firewall.policy, *change.after))
                             : fmt::format("{}, which logged, was removed", rule_name(*policy.before, *change.before));
            findings.push_back(std::move(finding));
        }
    }
}

}  // namespace

extern const Check check_lost_log;
const Check check_lost_log = {
    .id = "FW506",
    .name = "lost-log",
    .severity = Severity::warning,
    .subject = Subject::change,
    .summary = R"(A change takes logging away and leaves the verdict as it is)",
    .why =
        R"(No packet is decided otherwise, so nothing looks different to users. What was seen before is not seen any more, and an
alarm that rests on these lines falls silent. An ASA whose 'logging enable' is gone logs nothing at all, whatever its
rules say.)",
    .example = R"(-  access-list OUT extended deny ip any any log
+  access-list OUT extended deny ip any any)",
    .fix = R"(Keep the log, or have its loss approved by those who watch it.)",
    .standards = R"(pci-dss-4.0.1 1.2.2)",
    .references = R"(PCI DSS v4.0.1, requirement 10)",
    .run = &run,
};

}  // namespace fwproof
