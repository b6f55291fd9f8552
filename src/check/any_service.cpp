#include <algorithm>

#include "check/report_openings.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    each_opening(context, [&](const Opening& opening) {
        const RuleDesk& desk = context.rules().desk(opening.firewall);
        if (!says_any_service(opening) || is_any_to_any(desk, opening) || is_open_egress(context, opening))
            return false;
        const bool within = std::any_of(opening.said.begin(), opening.said.end(),
                                        [](const Product& said) { return !said.in.is_all() && said.in == said.out; });
        // From one interface to wherever the host itself may go: containers and virtual machines.
        const bool own_guests = says_any_destination(opening) && opening.path->position == Position::transit &&
                                !is_network(context, opening.firewall);
        if (within || own_guests) return false;
        if (!(opening.surely && opening.whole)) return false;
        Finding finding = finding_about(check, context, opening, opening.packets);
        finding.message = every_service_text(desk, opening, source_text(opening));
        findings.push_back(std::move(finding));
        return true;
    });
}

}  // namespace

extern const Check check_any_service;
const Check check_any_service = {
    .id = "FW204",
    .name = "any-service",
    .severity = Severity::warning,
    .subject = Subject::rules,
    .summary = R"(A rule permits every service between its ends)",
    .why =
        R"(Nobody needs all protocols and ports. Whoever takes over one end can use every weakness of the other. Rules that
depend on a program or on authentication are not reported, nor those between two ports of one bridge.)",
    .example = R"(access-list DMZ extended permit ip host 10.2.0.9 10.1.0.0 255.255.0.0)",
    .fix = R"(List the services that the two ends need.)",
    .standards = R"(pci-dss-4.0.1 1.2.5)",
    .references = R"(nipper-ng, issue WAAA)",
    .run = &run,
};

}  // namespace fwproof
