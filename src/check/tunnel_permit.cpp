#include <fmt/format.h>
#include "check/report_openings.hpp"

namespace fwproof {

namespace {

constexpr std::uint8_t kIpInIp = 4, kIpv6InIp = 41, kGre = 47;

// The tunnel protocols that the rule names, and packets of them.
FoundServices protocols_said(const RuleDesk& desk, const Opening& opening) {
    FoundServices found{{}, desk.space.empty()};
    for (const auto& said : opening.said) {
        if (!said.services) continue;
        for (const auto& term : said.services->terms) {
            if (term.protocols.is_all()) continue;
            for (const std::uint8_t protocol : {kIpInIp, kIpv6InIp, kGre}) {
                if (!term.protocols.contains(protocol)) continue;
                Product product = said;
                product.services = share(ServiceSet{{term}});
                const PacketSet part = opening.packets & desk.space.from(product);
                if (part.empty()) continue;
                found.names.push_back(fmt::format("protocol {} ({})", protocol,
                                                  protocol == kGre      ? "GRE"
                                                  : protocol == kIpInIp ? "IP in IP"
                                                                        : "IPv6 in IPv4"));
                found.packets = found.packets | part;
            }
        }
    }
    return found;
}

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    each_opening(context, [&](const Opening& opening) {
        const RuleDesk& desk = context.rules().desk(opening.firewall);
        FoundServices found = protocols_said(desk, opening);
        const FoundServices ports =
            find_services(ServiceGroup::tunnel, desk, to_named_ports(desk, opening, kWidestRange), opening);
        found.names.insert(found.names.end(), ports.names.begin(), ports.names.end());
        found.packets = found.packets | ports.packets;
        if (found.names.empty()) return false;
        findings.push_back(finding_about_services(check, context, opening, found));
        return true;
    });
}

}  // namespace

extern const Check check_tunnel_permit;
const Check check_tunnel_permit = {
    .id = "FW304",
    .name = "tunnel-permit",
    .severity = Severity::warning,
    .subject = Subject::rules,
    .summary = R"(A rule permits a tunnel that carries what the policy would deny)",
    .why =
        R"(GRE, IP in IP, IPv6 in IPv4, Teredo, SOCKS and OpenVPN hide other packets, and the firewall sees only the outside of
them. IPsec is not reported: it is what sites are meant to be connected with.)",
    .example = R"(access-list IN extended permit gre any any)",
    .fix = R"(Permit the tunnel between its two end points only, and filter where it ends; waive the finding there.)",
    .standards = R"(nist-sp-800-41r1 4.1)",
    .references = R"(nipper-ng, issue BYPA)",
    .run = &run,
};

}  // namespace fwproof
