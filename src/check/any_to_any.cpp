#include "check/report_openings.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    each_opening(context, [&](const Opening& opening) {
        const RuleDesk& desk = context.rules().desk(opening.firewall);
        if (!(is_any_to_any(desk, opening))) return false;
        Finding finding = finding_about(check, context, opening, opening.packets);
        finding.message = every_service_text(desk, opening, "anywhere");
        doubt_other_uplinks(desk, opening.packets, finding);
        findings.push_back(std::move(finding));
        return true;
    });
}

}  // namespace

extern const Check check_any_to_any;
const Check check_any_to_any = {
    .id = "FW201",
    .name = "any-to-any",
    .severity = Severity::error,
    .subject = Subject::rules,
    .summary = R"(A rule permits every service from anywhere to anywhere)",
    .why =
        R"(Such a rule switches the firewall off for the direction it stands in. It is usually left over from a test. What stands
before it, a few denies or none, does not change what kind of rule it is. Not reported: a rule for one inner interface
or for private sources (see open-egress), and one that lets only replies in.)",
    .example = R"(access-list OUT extended permit ip any any)",
    .fix =
        R"(Replace it by the services that are needed, from and to those who need them. Its hit counter and its log say which
those are.)",
    .standards = R"(pci-dss-4.0.1 1.2.5
pci-dss-4.0.1 1.3.1
stig-firewall-srg-v3r1 SRG-NET-000364-FW-000039)",
    .references = R"(nipper-ng, issue AAAN)",
    .run = &run,
};

}  // namespace fwproof
