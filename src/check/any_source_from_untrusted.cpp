#include <fmt/format.h>

#include <algorithm>

#include "check/arrival.hpp"
#include "check/report_openings.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    each_opening(context, [&](const Opening& opening) {
        const RuleDesk& desk = context.rules().desk(opening.firewall);
        const PacketSet anybody = from_anybody(desk, opening);
        // A rule for whatever was translated: what it says is not what it opens.
        const bool translated = opening.departures && !opening.whole;
        if (anybody.empty() || (says_any_service(opening) && !translated)) return false;
        if (opening.path->position == Position::inbound && is_local_exchange(opening)) return false;
        // A rule for any destination is reported for that.
        if (opening.path->position == Position::transit && !translated && says_any_destination(opening)) return false;
        PacketSet left = anybody & desk.with_ports;
        for (const ServiceGroup group :
             {ServiceGroup::published, ServiceGroup::admin, ServiceGroup::database, ServiceGroup::worm}) {
            left = left - find_services(group, desk, anybody, opening).packets;
        }
        if (left.empty()) return false;
        Finding finding = finding_about(check, context, opening, left);
        finding.message =
            fmt::format("{} {} anybody reach {} {}", rule_name(desk.policy, opening.rule),
                        opening.surely ? "lets" : "may let", services_reached(opening, left), place_text(opening));
        doubt_other_uplinks(desk, left, finding);
        findings.push_back(std::move(finding));
        return true;
    });
}

}  // namespace

extern const Check check_any_source_from_untrusted;
const Check check_any_source_from_untrusted = {
    .id = "FW202",
    .name = "any-source-from-untrusted",
    .severity = Severity::warning,
    .subject = Subject::rules,
    .summary = R"(Anybody may reach a service that is not meant for everybody)",
    .why =
        R"(The source is left open to the whole Internet on a side where the Internet is. Services that are usually published
(web, mail, name service, time, IPsec) are not reported, nor are answers of DHCP servers and what goes to neighbours only, and remote administration, databases and file sharing have
checks of their own.)",
    .example = R"(access-list OUT extended permit tcp any host 10.2.0.9 eq 8443)",
    .fix = R"(Name the sources that need the service, or put it behind a gateway that authenticates.)",
    .standards = R"(pci-dss-4.0.1 1.4.2
nist-sp-800-41r1 4.1.1)",
    .run = &run,
};

}  // namespace fwproof
