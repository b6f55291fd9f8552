#include <fmt/format.h>

#include "check/describe.hpp"
#include "fwproof/check/change.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    const auto all = context.requirements();
    for (const auto& lost : context.input().change->lost) {
        const FlowRow& row = lost.after;
        Finding finding;
        finding.check = check.name;
        finding.severity = check.severity;
        finding.firewall = row.firewall;
        finding.catalog = row.catalog;
        finding.flow = row.flow;
        finding.service = row.service;
        finding.citation = row.citation;
        finding.decided_by = row.stopped_by;
        finding.witness = row.fails;
        finding.conditions = row.conditions;
        for (const auto& rule : row.stopped_by) {
            if (rule.span && !finding.span) finding.span = rule.span;
        }
        if (finding.span) finding.file = finding.span.source->name();
        if (!lost.dropped.empty()) {
            finding.message =
                fmt::format("{} was required and satisfied before, and is required no more", lost.dropped);
            findings.push_back(std::move(finding));
            continue;
        }
        finding.entries = entries_of(all, lost.requirements);
        finding.message = fmt::format("{} from {} to {} is {} after the change, and was satisfied before",
                                      services_text(all, lost.requirements), from_text(all, lost.requirements),
                                      to_text(all, lost.requirements), to_string(row.judgement));
        findings.push_back(std::move(finding));
    }
}

}  // namespace

extern const Check check_required_flow_lost;
const Check check_required_flow_lost = {
    .id = "FW803",
    .name = "required-flow-lost",
    .severity = Severity::error,
    .subject = Subject::change,
    .summary = R"(A change breaks a flow that a product needs)",
    .why =
        R"(The catalog of the product documents the flow, the version before let it pass on its whole way, and the version after
does not, or the site no longer asks for it. Asked where fwproof diff knows a site: --site FILE, or the one that .fwproof.toml names.)",
    .example = R"(+  access-list PLANT_IN extended deny tcp any any eq 5723
   access-list PLANT_IN extended permit tcp object-group SCOM-AGENTS host 10.1.0.11 eq 5723)",
    .fix = R"(Leave the flow open, or take the role out of the site if the product is gone: in a commit
of its own, for the requirements that it takes along are reported once.)",
    .standards = R"(pci-dss-4.0.1 1.2.2)",
    .run = &run,
};

}  // namespace fwproof
