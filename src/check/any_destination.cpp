#include <fmt/format.h>
#include "check/report_openings.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    each_opening(context, [&](const Opening& opening) {
        const RuleDesk& desk = context.rules().desk(opening.firewall);
        if (opening.path->position != Position::transit || !says_any_destination(opening) || says_any_service(opening))
            return false;
        const PacketSet anybody = from_anybody(desk, opening);
        if (anybody.empty()) return false;
        Finding finding = finding_about(check, context, opening, anybody);
        finding.message =
            fmt::format("{} {} {} from anywhere to every destination", rule_name(desk.policy, opening.rule),
                        opening.surely ? "permits" : "may permit", services_said(opening));
        doubt_other_uplinks(desk, anybody, finding);
        findings.push_back(std::move(finding));
        return true;
    });
}

}  // namespace

extern const Check check_any_destination;
const Check check_any_destination = {
    .id = "FW203",
    .name = "any-destination",
    .severity = Severity::warning,
    .subject = Subject::rules,
    .summary = R"(Anybody may reach a service on every machine behind the firewall)",
    .why =
        R"(The rule names a service but no destination, so it also opens machines that nobody thought of, those of tomorrow
included.)",
    .example = R"(access-list OUT extended permit tcp any any eq 443)",
    .fix = R"(Name the servers that offer the service.)",
    .standards = R"(stig-firewall-srg-v3r1 SRG-NET-000364-FW-000039
pci-dss-4.0.1 1.2.5)",
    .run = &run,
};

}  // namespace fwproof
