#include <fmt/format.h>
#include "check/port_ranges.hpp"
#include "check/report_openings.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    each_opening(context, [&](const Opening& opening) {
        const RuleDesk& desk = context.rules().desk(opening.firewall);
        const PortRanges ranges = wide_ranges(context, opening, RangeKind::wide);
        if (ranges.names.empty()) return false;
        Finding finding = finding_about(check, context, opening, ranges.packets);
        finding.message = fmt::format("{} permits {} from {} to {}", rule_name(desk.policy, opening.rule),
                                      join_some(ranges.names), source_text(opening), destination_text(opening));
        const auto notable = notable_services(desk, ranges.packets);
        if (!notable.empty()) finding.details.push_back("among them " + join_some(notable, 8));
        findings.push_back(std::move(finding));
        return true;
    });
}

}  // namespace

extern const Check check_wide_port_range;
const Check check_wide_port_range = {
    .id = "FW205",
    .name = "wide-port-range",
    .severity = Severity::warning,
    .subject = Subject::rules,
    .summary = R"(A rule permits more than 100 ports in one range)",
    .why =
        R"(A range is written for convenience and opens whatever listens inside it; the finding names the sensitive services that
it contains. Ranges from 1024 or above up to 65535 are reported as dynamic-range-open, a rule for every service as
any-service.)",
    .example = R"(-A FORWARD -s 10.1.0.0/16 -d 10.2.0.0/24 -p tcp -m tcp --dport 1:1024 -j ACCEPT)",
    .fix = R"(List the ports that are needed.)",
    .standards = R"(pci-dss-4.0.1 1.2.5)",
    .references = R"(nipper-ng, range issues)",
    .run = &run,
};

}  // namespace fwproof
