#include <fmt/format.h>

#include <algorithm>

#include "check/interface_openings.hpp"

namespace fwproof {

namespace {

bool carries(const Interface& interface, Family family) {
    return interface.enabled && std::any_of(interface.networks.begin(), interface.networks.end(),
                                            [&](const Prefix& p) { return p.address.family == family; });
}

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    for (std::size_t i = 0; i < context.firewalls().size(); ++i) {
        const RuleDesk& desk = context.rules().desk(i);
        for (const auto& one : interface_openings(context, i)) {
            if (!one.listed) continue;
            for (const Family family : {Family::v4, Family::v6}) {
                if (!carries(one.from, family)) continue;
                Product product;
                product.source = share(AddressSet::any(family));
                std::vector<std::string> to;
                for (const auto& interface : one.to) {
                    if (carries(interface, family)) to.push_back(interface.name);
                }
                const PacketSet packets = packets_to(context, one, to) & desk.space.from(product);
                if (packets.empty()) continue;
                const std::string_view name = family == Family::v4 ? "IPv4" : "IPv6";
                Finding finding = finding_about(check, context, *one.opening, packets);
                finding.message = fmt::format(
                    "the list at {} holds no {} rules, so all {} from there is permitted to {} by security level",
                    one.from.name, name, name, join_some(to));
                findings.push_back(std::move(finding));
            }
        }
    }
}

}  // namespace

extern const Check check_security_level_permit;
const Check check_security_level_permit = {
    .id = "ASA103",
    .name = "security-level-permit",
    .severity = Severity::warning,
    .subject = Subject::rules,
    .summary = R"(An interface has a list, but security levels decide one address family)",
    .why =
        R"(Before release 9.0 IPv4 and IPv6 have lists of their own. An interface with a list for one of them looks filtered, and
lets every packet of the other family go to lower security levels. Reported where both interfaces have addresses of that
family. An interface without any list is reported as unfiltered-interface.)",
    .example = R"(access-list IN extended permit tcp 10.1.0.0 255.255.0.0 any eq 443
access-group IN in interface inside
(inside and outside have IPv6 addresses, and no ipv6 access-list is bound to inside))",
    .fix = R"(Bind a list for the other family as well.)",
    .standards = R"(nist-sp-800-41r1 4.1)",
    .references = R"(Cisco ASA Series Firewall CLI Configuration Guide, access rules (implicit permits))",
    .run = &run,
};

}  // namespace fwproof
