#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "check/describe.hpp"

namespace fwproof {

namespace {

struct Reversed {
    const FlowResult* flow = nullptr;
    std::vector<std::size_t> requirements;
};

bool same_ports(const Requirement& a, const Requirement& b) {
    const auto overlap = [](const ServiceTerm& x, const ServiceTerm& y) {
        return !(x.protocols & y.protocols).empty() && !(x.destination_ports & y.destination_ports).empty();
    };
    return std::any_of(a.services->terms.begin(), a.services->terms.end(), [&](const auto& x) {
        return std::any_of(b.services->terms.begin(), b.services->terms.end(),
                           [&](const auto& y) { return overlap(x, y); });
    });
}

// Some other flow needs that direction, or the flow is itself a reply.
bool is_right(std::span<const Requirement> all, const Requirement& missing) {
    if (missing.reply_only || !missing.reply_of.empty()) return true;
    return std::any_of(all.begin(), all.end(), [&](const Requirement& other) {
        return other.need == Need::required && other.from.host == missing.to.host &&
               other.to.host == missing.from.host && same_ports(other, missing);
    });
}

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    const auto all = context.requirements();
    // One finding for each rule: what it has the wrong way round.
    std::map<std::pair<std::size_t, RuleRef>, Reversed> by_rule;
    for (const auto& flow : context.assessment().flows) {
        if (!flow.reversed || !flow.counts || flow.judgement == Judgement::unchecked) continue;
        std::vector<std::size_t> which = flow.failing.empty() ? flow.requirements : flow.failing;
        std::erase_if(which, [&](std::size_t i) { return is_right(all, all[i]); });
        if (which.empty()) continue;
        Reversed& reversed = by_rule[{flow.firewall, flow.reversed->rule}];
        if (!reversed.flow) reversed.flow = &flow;
        reversed.requirements.insert(reversed.requirements.end(), which.begin(), which.end());
    }
    for (const auto& [key, reversed] : by_rule) {
        const Firewall& firewall = context.firewalls()[key.first];
        const RuleRef rule = key.second;
        Finding finding = finding_at(check, context, firewall, reversed.requirements);
        finding.span = rule_span(*firewall.policy, rule);
        if (finding.span) finding.file = finding.span.source->name();
        finding.message = fmt::format("{} permits {} from {} to {}{}, but it is needed in the opposite direction",
                                      rule_name(*firewall.policy, rule), services_text(all, reversed.requirements),
                                      to_text(all, reversed.requirements), from_text(all, reversed.requirements),
                                      place(firewall, {reversed.flow->path}));
        finding.decided_by.push_back(evidence(firewall, *reversed.flow->reversed));
        if (!reversed.flow->reversed->surely) finding.certainty = Certainty::may_be_less;
        findings.push_back(std::move(finding));
    }
}

}  // namespace

extern const Check check_reversed_opening;
const Check check_reversed_opening = {
    .id = "FW704",
    .name = "reversed-opening",
    .severity = Severity::warning,
    .subject = Subject::site,
    .summary = R"(A rule permits the opposite direction of a required flow, and nothing permits the flow)",
    .why =
        R"(The document says who opens the connection; the rule was written for the other side, often because the table that was
read puts the listener first. The product does not work, and the listener may connect to where it never needs to. The
missing flow is a finding of its own. Not reported where another flow needs that direction.)",
    .example = R"(-A FORWARD -s 10.2.0.21 -d 10.1.0.11 -p tcp --dport 1433 -j ACCEPT
for a database at 10.2.0.21 that 10.1.0.11 connects to)",
    .fix = R"(Exchange source and destination of the rule. Keep it as it is only where some other flow needs it.)",
    .references = R"(the catalog entry that the finding cites)",
    .run = &run,
};

}  // namespace fwproof
