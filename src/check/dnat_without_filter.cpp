#include <fmt/format.h>

#include "check/report_openings.hpp"
#include "check/translated_packets.hpp"

namespace fwproof {

namespace {

// The default verdict that lets these packets through; null where rules decide.
const Opening* let_through(const CheckContext& context, std::size_t firewall, const Path& path,
                           const PacketSet& packets) {
    for (const auto& opening : context.rules().openings()) {
        if (opening.firewall == firewall && opening.path == &path && opening.by == OpenedBy::standard &&
            opening.surely && !(opening.packets & packets).empty())
            return &opening;
    }
    return nullptr;
}

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    for (std::size_t i = 0; i < context.firewalls().size(); ++i) {
        const Firewall& firewall = context.firewalls()[i];
        const Policy& policy = *firewall.policy;
        const Path* path = policy.vendor == "iptables" ? policy.find_path(Position::transit) : nullptr;
        if (!path) continue;
        for (const auto& [ref, packets] : translated_packets(context.rules().desk(i), *path)) {
            const Opening* standard = let_through(context, i, *path, packets);
            if (!standard) continue;
            Finding finding = finding_about(check, firewall, ref);
            finding.message = fmt::format("what {} sends to another host passes by {}: no rule filters it",
                                          rule_name(policy, ref), rule_name(policy, standard->rule));
            finding.decided_by.push_back(evidence(firewall, {ref, Verdict::permit, true}));
            finding.decided_by.push_back(evidence(firewall, {standard->rule, Verdict::permit, true}));
            finding.witness = (standard->packets & packets).pick();
            findings.push_back(std::move(finding));
        }
    }
}

}  // namespace

extern const Check check_dnat_without_filter;
const Check check_dnat_without_filter = {
    .id = "IPT110",
    .name = "dnat-without-filter",
    .severity = Severity::warning,
    .subject = Subject::rules,
    .summary = R"(Packets are sent on to an inner host, and no rule filters them)",
    .why =
        R"(A DNAT rule only rewrites the destination; what may pass is for FORWARD to say. Where its policy is ACCEPT and no rule
matches, everybody who reaches the DNAT rule reaches the inner host. Not reported where rules decide about the
translated packets, one way or the other.)",
    .example = R"(-A PREROUTING -i eth0 -p tcp --dport 8443 -j DNAT --to-destination 10.2.0.9:443
:FORWARD ACCEPT [0:0])",
    .fix =
        R"(Permit the translated packets in FORWARD, named by the real destination and by the sources that need it, and deny
the rest.)",
    .standards = R"(pci-dss-4.0.1 1.3.1)",
    .references = R"(iptables-extensions(8), DNAT)",
    .run = &run,
};

}  // namespace fwproof
