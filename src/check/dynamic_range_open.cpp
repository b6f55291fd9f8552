#include <fmt/format.h>
#include "check/port_ranges.hpp"
#include "check/report_openings.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    each_opening(context, [&](const Opening& opening) {
        const RuleDesk& desk = context.rules().desk(opening.firewall);
        const PortRanges ranges = wide_ranges(context, opening, RangeKind::dynamic);
        if (ranges.names.empty()) return false;
        Finding finding = finding_about(check, context, opening, ranges.packets);
        finding.message = fmt::format("{} permits {} from {} to {}", rule_name(desk.policy, opening.rule),
                                      join_some(ranges.names), source_text(opening), destination_text(opening));
        findings.push_back(std::move(finding));
        return true;
    });
}

}  // namespace

extern const Check check_dynamic_range_open;
const Check check_dynamic_range_open = {
    .id = "FW206",
    .name = "dynamic-range-open",
    .severity = Severity::warning,
    .subject = Subject::rules,
    .summary = R"(A rule permits the whole range of dynamic ports)",
    .why =
        R"(Every program that asks for any port gets one from 49152-65535 (older systems: from 1024 on), so the rule opens
services that nobody can list. Remote procedure calls need it only where the product cannot be given a fixed port.)",
    .example = R"(access-list OUT extended permit tcp host 10.1.0.5 host 10.2.0.9 range 49152 65535)",
    .fix = R"(Give the service a fixed port, or narrow its range on the server and in the rule.)",
    .standards = R"(pci-dss-4.0.1 1.2.5)",
    .references = R"(Microsoft, How to configure RPC dynamic port allocation to work with firewalls)",
    .run = &run,
};

}  // namespace fwproof
