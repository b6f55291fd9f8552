#include <fmt/format.h>
#include "check/describe.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    for (const auto& beyond : context.beyond_budget()) {
        Finding finding;
        finding.check = check.name;
        finding.severity = check.severity;
        if (beyond.firewall) {
            finding.firewall = beyond.firewall->id;
            finding.file = beyond.firewall->file;
        }
        finding.span = beyond.span;
        if (beyond.span) finding.file = beyond.span.source->name();
        finding.message = fmt::format("{}: it takes more than the budget", beyond.what);
        finding.fix = "raise --budget";
        findings.push_back(std::move(finding));
    }
}

}  // namespace

extern const Check check_beyond_budget;
const Check check_beyond_budget = {
    .id = "FW910",
    .name = "beyond-budget",
    .severity = Severity::note,
    .subject = Subject::input,
    .summary = R"(Something was not worked out because it takes more than the budget)",
    .why =
        R"(An analysis may cost so many steps and no more, counted and not timed, so that every machine gives the same answer. What
would need more stays undecided: findings that depend on it are missing from the report, and --strict exits with status 3.)",
    .example = R"(a list of many rules that overlap in many ways, or a --budget that is too small for it)",
    .fix = R"(Raise --budget, or lint the lists one by one.)",
    .references = R"(fwproof(1), --budget)",
    .run = &run,
};

}  // namespace fwproof
