#include <fmt/format.h>

#include <algorithm>

#include "check/from_flows.hpp"

namespace fwproof {

namespace {

// Whether the witness goes the way of the flow and not back.
bool from_client(const FlowResult& flow, const Requirement& requirement) {
    if (!flow.reply_witness) return false;
    const Packet& packet = *flow.reply_witness;
    if (flow.path->position == Position::inbound) return packet.out.empty() && !packet.in.empty();
    if (flow.path->position == Position::outbound) return packet.in.empty() && !packet.out.empty();
    const auto& terms = requirement.services->terms;
    const auto serves = [&](std::uint16_t port) {
        return std::any_of(terms.begin(), terms.end(),
                           [&](const ServiceTerm& term) { return term.destination_ports.contains(port); });
    };
    return serves(packet.destination_port) && !serves(packet.source_port);
}

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    for (const auto& flow : context.assessment().flows) {
        if (!flow.reply_missing || !flow.counts) continue;
        const auto all = context.requirements();
        const Firewall& firewall = context.firewalls()[flow.firewall];
        Finding finding = finding_at(check, context, firewall, flow.unanswered);
        std::string by = "no rule permits them";
        if (!flow.reply_deciders.empty()) {
            by = fmt::format("{} denies them", rule_name(*firewall.policy, flow.reply_deciders[0].rule));
            finding.span = rule_span(*firewall.policy, flow.reply_deciders[0].rule);
            if (finding.span) finding.file = finding.span.source->name();
        }
        finding.message = fmt::format(
            "{} from {} to {} passes{}, but {} not: {}", services_text(all, flow.unanswered),
            from_text(all, flow.unanswered), to_text(all, flow.unanswered), place(firewall, {flow.path}),
            from_client(flow, all[flow.unanswered[0]]) ? "what the client sends behind its first packet does"
                                                       : "its replies do",
            by);
        for (const auto& decider : flow.reply_deciders) finding.decided_by.push_back(evidence(firewall, decider));
        finding.witness = flow.reply_witness;
        findings.push_back(std::move(finding));
    }
}

}  // namespace

extern const Check check_missing_return_path;
const Check check_missing_return_path = {
    .id = "FW713",
    .name = "missing-return-path",
    .severity = Severity::error,
    .subject = Subject::site,
    .summary = R"(The first packet of a required flow passes, its replies or the client's next packets do not)",
    .why =
        R"(On a device that does not let replies through by itself they meet the rules like any packet. Without a rule for them the
connection never comes up. Neither does one over TCP whose rule takes only first packets (--ctstate NEW, SYN alone) where
nothing lets in the packets of the client that follow.)",
    .example = R"(-P OUTPUT DROP with a rule for tcp/1433 in INPUT and no rule for established connections in OUTPUT)",
    .fix =
        R"(Permit replies of established connections near the top of the chain, in the direction that the finding names.)",
    .references = R"(iptables-extensions(8), conntrack)",
    .run = &run,
};

}  // namespace fwproof
