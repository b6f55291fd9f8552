#include <fmt/format.h>
#include "check/report_openings.hpp"

namespace fwproof {

namespace {

constexpr std::uint32_t kMany = 1000;  // ports

std::uint32_t count(const PortSet& ports) {
    std::uint32_t sum = 0;
    for (const auto& i : ports.intervals()) sum += static_cast<std::uint32_t>(i.last - i.first) + 1;
    return sum;
}

// The well-known source ports that open many ports: "tcp from 20".
std::vector<std::string> trusted_ports(const Opening& opening, std::vector<Product>& products) {
    std::vector<std::string> names;
    for (const auto& said : opening.said) {
        if (!said.services) continue;
        for (const auto& term : said.services->terms) {
            const bool trusted = !term.source_ports.is_all() && term.source_ports.subset_of(PortSet::range(0, 1023)) &&
                                 count(term.destination_ports) >= kMany;
            if (!trusted) continue;
            names.push_back(to_string(term));
            Product product = said;
            product.services = share(ServiceSet{{term}});
            products.push_back(std::move(product));
        }
    }
    return names;
}

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    each_opening(context, [&](const Opening& opening) {
        const RuleDesk& desk = context.rules().desk(opening.firewall);
        std::vector<Product> products;
        const auto names = trusted_ports(opening, products);
        const PacketSet packets = opening.packets & desk.space.from(products);
        if (packets.empty()) return false;
        if (names.empty()) return false;
        Finding finding = finding_about(check, context, opening, packets);
        // Out of the network: no hole for those outside.
        const bool outward = opening.path->position == Position::transit && says_any_destination(opening) &&
                             from_anybody(desk, opening).empty();
        if (outward) finding.severity = Severity::warning;
        finding.message = fmt::format("{} lets everything {} that is sent from a well-known port: {} from {} to {}",
                                      rule_name(desk.policy, opening.rule), outward ? "out" : "in", join_some(names),
                                      source_text(opening), destination_text(opening));
        findings.push_back(std::move(finding));
        return true;
    });
}

}  // namespace

extern const Check check_source_port_trust;
const Check check_source_port_trust = {
    .id = "FW208",
    .name = "source-port-trust",
    .severity = Severity::error,
    .subject = Subject::rules,
    .summary = R"(A rule lets packets in because of their source port)",
    .why =
        R"(The sender chooses the source port. A rule for "from port 53" or "from port 20", written so that replies get in, lets
everything in that is sent from that port. Out of a network it is a warning: any program may send from that port. Not
reported: rules that only let replies in, and services that use the
same well-known port at both ends.)",
    .example = R"(-A INPUT -p udp -m udp --sport 53 -j ACCEPT)",
    .fix =
        R"(Remove the rule; let a rule for established connections admit the replies. On devices that track connections replies
need no rule.)",
    .standards = R"(nist-sp-800-41r1 4.1)",
    .run = &run,
};

}  // namespace fwproof
