#include <fmt/format.h>

#include <algorithm>

#include "check/interface_openings.hpp"

namespace fwproof {

namespace {

// What one interface sends to others of its level, or back out of itself.
void report(const CheckContext& context, const Check& check, const Setting& setting, std::size_t firewall,
            std::vector<Finding>& findings) {
    const bool within = setting.value == "intra-interface";
    for (const auto& one : interface_openings(context, firewall)) {
        std::vector<std::string> to;
        for (const auto& out : one.to) {
            if (within ? out.name == one.from.name : is_peer(one.from, out)) to.push_back(out.name);
        }
        const PacketSet packets = packets_to(context, one, to);
        if (packets.empty()) continue;
        Finding finding = finding_about(check, context, *one.opening, packets);
        finding.span = setting.span;
        finding.file = setting.span ? setting.span.source->name() : finding.file;
        finding.message = within ? fmt::format(
                                       "'same-security-traffic permit intra-interface' lets everything from {} "
                                       "out of {} again: no list stands there",
                                       one.from.name, one.from.name)
                                 : fmt::format(
                                       "'same-security-traffic permit inter-interface' lets everything from {} "
                                       "to {}: no list stands at {}",
                                       one.from.name, join_some(to), one.from.name);
        findings.push_back(std::move(finding));
    }
}

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    for (std::size_t i = 0; i < context.firewalls().size(); ++i) {
        for (const auto& setting : context.firewalls()[i].policy->settings) {
            if (setting.name == "same-security-traffic") report(context, check, setting, i, findings);
        }
    }
}

}  // namespace

extern const Check check_same_security_permit;
const Check check_same_security_permit = {
    .id = "ASA101",
    .name = "same-security-permit",
    .severity = Severity::warning,
    .subject = Subject::rules,
    .summary = R"(Interfaces of one security level talk to each other without any list)",
    .why =
        R"(By default two interfaces of one level are separated. same-security-traffic permit joins them, and packets that come
back out of the interface they came in at; where no list stands at the interface, everything passes. Not reported where
lists decide: then the command is only what lets them.)",
    .example = R"(same-security-traffic permit inter-interface
(dmz1 and dmz2 have level 50, and no access-group names dmz1))",
    .fix = R"(Bind a list to the interface that permits what is needed, or take the command away.)",
    .standards = R"(nist-sp-800-41r1 4.1)",
    .references = R"(Cisco ASA Series Command Reference, same-security-traffic)",
    .run = &run,
};

}  // namespace fwproof
