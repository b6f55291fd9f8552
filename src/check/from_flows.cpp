#include "check/from_flows.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

namespace fwproof {

namespace {

constexpr std::size_t kMostRules = 4;

std::string who(const CheckContext& context, const std::vector<std::size_t>& which) {
    const auto all = context.requirements();
    return fmt::format("{} from {} to {}", services_text(all, which), from_text(all, which), to_text(all, which));
}

// "denied by OUT line 10", "nothing permits it".
std::string cause_text(const Firewall& firewall, const FlowResult& flow) {
    const Policy& policy = *firewall.policy;
    const std::string by = flow.deciders.empty() ? std::string("the rules") : rule_name(policy, flow.deciders[0].rule);
    switch (flow.cause) {
        case Cause::shadowed:
            return fmt::format("{} would permit it, but {} decides first", rule_name(policy, flow.defeated->rule), by);
        case Cause::none: return "to say which rules stop it takes more than the budget";
        case Cause::explicit_deny: return fmt::format("{} denies it", by);
        default: return flow.deciders.empty() ? "no rule permits it" : fmt::format("no rule permits it ({}: deny)", by);
    }
}

std::string sentence(const CheckContext& context, const Firewall& firewall, const FlowResult& flow,
                     const std::string& at) {
    const auto& which = flow.failing.empty() ? flow.requirements : flow.failing;
    switch (flow.judgement) {
        case Judgement::missing:
            return fmt::format("{} does not pass{}: {}", who(context, which), at, cause_text(firewall, flow));
        case Judgement::partial:
            return fmt::format("only a part of {} passes{}: {} does not", who(context, flow.requirements), at,
                               region_text(plain_region(flow.remainder), flow.remainder_complete));
        default: {
            std::string what =
                flow.conditions.empty() ? join_some(flow.notes) : join_some(flow.conditions, 2, flow.more_conditions);
            if (what.empty()) what = "something that the export does not decide";
            return fmt::format("whether {} passes{} depends on {}", who(context, which), at, what);
        }
    }
}

void add_reversed(const Firewall& firewall, const FlowResult& flow, Finding& finding) {
    if (!flow.reversed) return;
    finding.details.push_back(
        fmt::format("the opposite direction is open: {} permits it", rule_name(*firewall.policy, flow.reversed->rule)));
    finding.decided_by.push_back(evidence(firewall, *flow.reversed));
}

void add_evidence(const CheckContext& context, const Firewall& firewall, const FlowResult& flow, Finding& finding) {
    if (flow.defeated) finding.decided_by.push_back(evidence(firewall, *flow.defeated));
    for (std::size_t i = 0; i < std::min(flow.deciders.size(), kMostRules); ++i) {
        finding.decided_by.push_back(evidence(firewall, flow.deciders[i]));
    }
    if (!flow.deciders.empty()) finding.span = rule_span(*firewall.policy, flow.deciders[0].rule);
    if (finding.span) finding.file = finding.span.source->name();
    finding.witness = flow.witness;
    finding.region = plain_region(flow.remainder);
    finding.region_complete = flow.remainder_complete;
    finding.conditions = conditions_text(flow);
    add_reversed(firewall, flow, finding);
    finding.details.insert(finding.details.end(), flow.translations.begin(), flow.translations.end());
    const Requirement& first = context.requirements()[flow.requirements[0]];
    if (!first.note.empty()) finding.details.push_back(first.note);
    if (first.reading == Reading::inferred && !first.basis.empty()) {
        finding.details.push_back(fmt::format("the document does not say it outright{}: {}",
                                              first.quirk.empty() ? "" : " (" + first.quirk + ")", first.basis));
    }
}

Severity absence_severity(const CheckContext& context, const std::vector<std::size_t>& which) {
    Severity most = Severity::note;
    for (const std::size_t i : which) most = std::max(most, context.requirements()[i].severity);
    return most;
}

// The same at several paths of one position: one finding.
struct Merged {
    const FlowResult* flow;
    std::vector<const Path*> paths;
    std::vector<Decider> deciders;
};

bool same_flow(const FlowResult& a, const FlowResult& b) {
    return a.firewall == b.firewall && a.path->position == b.path->position && a.judgement == b.judgement &&
           a.requirements == b.requirements && a.failing == b.failing && a.cause == b.cause &&
           a.remainder == b.remainder && a.conditions == b.conditions;
}

void merge(const FlowResult& flow, std::vector<Merged>& merged) {
    for (auto& known : merged) {
        if (!same_flow(*known.flow, flow)) continue;
        known.paths.push_back(flow.path);
        for (const auto& decider : flow.deciders) {
            const bool listed = std::any_of(known.deciders.begin(), known.deciders.end(),
                                            [&](const Decider& d) { return d.rule == decider.rule; });
            if (!listed) known.deciders.push_back(decider);
        }
        return;
    }
    merged.push_back({&flow, {flow.path}, flow.deciders});
}

bool is_port_range(const Requirement& requirement) {
    constexpr std::uint16_t kFirst = 1024, kFew = 10;
    for (const auto& term : requirement.services->terms) {
        for (const auto& i : term.destination_ports.intervals()) {
            if (term.protocols == ProtocolSet::of(kTcp) && i.first >= kFirst && i.last - i.first >= kFew) return true;
        }
    }
    return false;
}

// Documents also list udp/135, by which no port of TCP is asked for.
bool is_endpoint_mapper(const Requirement& requirement) {
    const auto& terms = requirement.services->terms;
    return terms.size() == 1 && terms[0].protocols == ProtocolSet::of(kTcp) &&
           terms[0].destination_ports == PortSet::of(135);
}

// The endpoint mapper and the ports that it hands out, between the same hosts.
bool is_rpc_pair(const Requirement& a, const Requirement& b) {
    if (a.catalog != b.catalog || a.flow != b.flow || a.from.host != b.from.host || a.to.host != b.to.host)
        return false;
    const auto leads = [](const Requirement& mapper, const Requirement& range) {
        return is_endpoint_mapper(mapper) && !is_endpoint_mapper(range) && (range.dynamic_rpc || is_port_range(range));
    };
    return leads(a, b) || leads(b, a);
}

// The half of remote procedure calls that passes where the other does not; null: there is none.
const FlowResult* open_half(const CheckContext& context, const FlowResult& closed) {
    const auto all = context.requirements();
    for (const auto& other : context.assessment().flows) {
        if (other.judgement != Judgement::satisfied || other.firewall != closed.firewall || !other.path ||
            other.path->position != closed.path->position)
            continue;
        for (const std::size_t a : closed.requirements) {
            for (const std::size_t b : other.requirements) {
                if (is_rpc_pair(all[a], all[b])) return &other;
            }
        }
    }
    return nullptr;
}

// The check that says most about a missing flow: one finding is enough.
std::string_view teller(const CheckContext& context, const FlowResult& flow) {
    if (flow.defeated && flow.cause == Cause::shadowed && context.runs("opening-blocked-earlier")) {
        return "opening-blocked-earlier";
    }
    if (context.runs("missing-endpoint-mapper") && open_half(context, flow)) return "missing-endpoint-mapper";
    return "missing-opening";
}

void report_flow(const CheckContext& context, const Check& check, const Merged& merged,
                 std::vector<Finding>& findings) {
    FlowResult flow = *merged.flow;
    flow.deciders = merged.deciders;
    const Firewall& firewall = context.firewalls()[flow.firewall];
    const auto& which = flow.failing.empty() ? flow.requirements : flow.failing;
    Finding finding = finding_at(check, context, firewall, which);
    if (check.severity == Severity::error) finding.severity = absence_severity(context, which);
    finding.message = sentence(context, firewall, flow, place(firewall, merged.paths));
    add_evidence(context, firewall, flow, finding);
    if (check.name == "missing-endpoint-mapper") {
        const FlowResult* open = open_half(context, flow);
        finding.message += fmt::format("; {}, which is of no use without it, does",
                                       services_text(context.requirements(), open->requirements));
    }
    if (check.name == "opening-blocked-earlier") {
        if (firewall.policy->ordered && !flow.deciders.empty() &&
            flow.deciders[0].rule.ruleset == flow.defeated->rule.ruleset) {
            finding.fix = fmt::format("move {} before {}", rule_name(*firewall.policy, flow.defeated->rule),
                                      rule_name(*firewall.policy, flow.deciders[0].rule));
        }
    }
    findings.push_back(std::move(finding));
}

// What a group would need: "tcp/80 + tcp/443 or tcp/8530 + tcp/8531".
std::string variants_text(const CheckContext& context, const GroupResult& group) {
    std::map<std::string, std::vector<std::string>> variants;
    std::vector<std::string> order;
    for (const std::size_t i : group.requirements) {
        const Requirement& requirement = context.requirements()[i];
        const std::string& name = requirement.variant.empty() ? requirement.service : requirement.variant;
        if (!variants.contains(name)) order.push_back(name);
        variants[name].push_back(requirement.ports_text);
    }
    std::vector<std::string> texts;
    for (const auto& name : order) {
        std::string members = fmt::format("{}", fmt::join(variants[name], " + "));
        // Hosts that stand in for each other ask for the same.
        if (std::find(texts.begin(), texts.end(), members) == texts.end()) texts.push_back(std::move(members));
    }
    return fmt::format("{}", fmt::join(texts, " or "));
}

// The results by which the group fails: where it is only undecided, not those of variants that are surely closed.
std::vector<const FlowResult*> telling_results(const CheckContext& context, const GroupResult& group) {
    std::vector<const FlowResult*> telling;
    const bool undecided = group.judgement == Judgement::conditional;
    for (const std::size_t i : group.results) {
        const FlowResult& flow = context.assessment().flows[i];
        if (flow.judgement == Judgement::unchecked || (flow.judgement == Judgement::conditional) != undecided) continue;
        const bool named = !undecided || std::any_of(flow.failing.begin(), flow.failing.end(), [&](std::size_t r) {
            return std::find(group.undecided.begin(), group.undecided.end(), r) != group.undecided.end();
        });
        if (named) telling.push_back(&flow);
    }
    return telling;
}

// " at f1", " at f1 and f2": where the results stand.
std::string places(const CheckContext& context, const std::vector<const FlowResult*>& results) {
    constexpr std::string_view kAt = " at ";
    std::vector<std::string> names;
    for (const FlowResult* flow : results) {
        const std::string text = place(context.firewalls()[flow->firewall], {flow->path});
        if (!text.starts_with(kAt)) return text;
        const std::string name = text.substr(kAt.size());
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
    return std::string(kAt) + join_some(names);
}

// "closed: tcp/80; open in part: tcp/443".
std::string lack(const CheckContext& context, const GroupResult& group) {
    const auto all = context.requirements();
    if (group.judgement == Judgement::conditional) return "undecided: " + services_text(all, group.undecided);
    std::vector<std::size_t> unanswered, partly;
    for (const auto& flow : context.assessment().flows) {
        unanswered.insert(unanswered.end(), flow.unanswered.begin(), flow.unanswered.end());
    }
    for (const std::size_t i : group.half_open) {
        if (std::find(unanswered.begin(), unanswered.end(), i) == unanswered.end()) partly.push_back(i);
    }
    std::erase_if(unanswered, [&](std::size_t i) {
        return std::find(group.half_open.begin(), group.half_open.end(), i) == group.half_open.end();
    });
    std::vector<std::string> parts;
    const auto add = [&](std::string_view how, const std::vector<std::size_t>& which) {
        if (!which.empty()) parts.push_back(fmt::format("{}: {}", how, services_text(all, which)));
    };
    add("closed", group.closed);
    add("open in part", partly);
    add("without replies", unanswered);
    return fmt::format("{}", fmt::join(parts, "; "));
}

void report_group(const CheckContext& context, const Check& check, const GroupResult& group,
                  std::vector<Finding>& findings) {
    const auto results = telling_results(context, group);
    if (results.empty()) return;
    const FlowResult& first = *results[0];
    const Firewall& firewall = context.firewalls()[first.firewall];
    Finding finding = finding_at(check, context, firewall, group.requirements);
    if (check.severity == Severity::error) finding.severity = absence_severity(context, group.requirements);
    const auto all = context.requirements();
    finding.message = fmt::format("none of the alternatives {} from {} to {} is complete{}; {}",
                                  variants_text(context, group), from_text(all, group.requirements),
                                  to_text(all, group.requirements), places(context, results), lack(context, group));
    add_evidence(context, firewall, first, finding);
    for (const FlowResult* flow : results) {
        if (flow == &first) continue;
        for (auto& part : plain_region(flow->remainder)) {
            const auto& region = finding.region;
            if (std::find(region.begin(), region.end(), part) == region.end())
                finding.region.push_back(std::move(part));
        }
        finding.region_complete = finding.region_complete && flow->remainder_complete;
        add_reversed(context.firewalls()[flow->firewall], *flow, finding);
    }
    findings.push_back(std::move(finding));
}

// A group that lacks a part of its best variant lacks the group: one check speaks for it.
Judgement reported_as(const GroupResult& group) {
    return group.judgement == Judgement::partial ? Judgement::missing : group.judgement;
}

}  // namespace

void report_flows(const CheckContext& context, const Check& check, Judgement judgement,
                  std::vector<Finding>& findings) {
    const Assessment& assessment = context.assessment();
    std::vector<Merged> merged;
    for (const auto& flow : assessment.flows) {
        if (flow.judgement != judgement || !flow.counts || flow.in_group) continue;
        if (judgement == Judgement::missing && teller(context, flow) != check.name) continue;
        merge(flow, merged);
    }
    for (const auto& one : merged) report_flow(context, check, one, findings);
    if (judgement == Judgement::missing && check.name != "missing-opening") return;
    for (const auto& group : assessment.groups) {
        if (reported_as(group) == judgement) report_group(context, check, group, findings);
    }
}
}  // namespace fwproof
