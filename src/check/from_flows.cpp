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

namespace {

std::string_view need_text(const Requirement& requirement) {
    if (!requirement.need_reason.empty()) return requirement.need_reason;
    switch (requirement.need) {
        case Need::phase_over: return "its phase is over";
        case Need::phase_ahead: return "its phase is still to come";
        case Need::feature_off: return "its feature is off";
        case Need::not_selected: return "something else was selected";
        default: return "it does not apply here";
    }
}

// Why each part of an opening is not needed: a reason of all of it stands without ports, "A (tcp/1) and B (tcp/2)".
std::string reasons_text(const CheckContext& context, const std::vector<std::size_t>& which) {
    const auto all = context.requirements();
    std::vector<std::pair<std::string, std::vector<std::size_t>>> reasons;
    for (const std::size_t i : which) {
        const std::string reason(need_text(all[i]));
        const auto known =
            std::find_if(reasons.begin(), reasons.end(), [&](const auto& one) { return one.first == reason; });
        if (known == reasons.end()) {
            reasons.push_back({reason, {i}});
        } else {
            known->second.push_back(i);
        }
    }
    const std::string every = services_text(all, which);
    std::vector<std::string> parts;
    for (const auto& [reason, served] : reasons) {
        const std::string some = services_text(all, served);
        parts.push_back(some == every ? reason : fmt::format("{} ({})", reason, some));
    }
    return join_some(parts);
}

// Nothing of it is asked for in the phase that the site is in.
bool needed_later(std::span<const Requirement> all, const std::vector<std::size_t>& some) {
    return std::all_of(some.begin(), some.end(), [&](std::size_t i) { return all[i].need == Need::phase_ahead; });
}

// Whether the region has every port that the requirements ask for.
bool has_all_ports(std::span<const Requirement> all, const Surplus& surplus) {
    if (!surplus.region_complete) return true;
    const auto has = [&](const ServiceTerm& asked) {
        PortSet ports;
        IcmpSet types;
        for (const auto& product : surplus.region) {
            if (!product.services) return true;
            for (const auto& term : product.services->terms) {
                if ((term.protocols & asked.protocols).empty()) continue;
                ports = ports | term.destination_ports;
                types = types | term.icmp;
            }
        }
        return asked.destination_ports.subset_of(ports) && asked.icmp.subset_of(types);
    };
    return std::all_of(surplus.requirements.begin(), surplus.requirements.end(), [&](std::size_t i) {
        const auto& terms = all[i].services->terms;
        return std::all_of(terms.begin(), terms.end(), has);
    });
}

std::string surplus_sentence(const CheckContext& context, const Firewall& firewall, const Surplus& surplus,
                             const std::string& at, bool lost) {
    const auto all = context.requirements();
    const std::string rule = rule_name(*firewall.policy, surplus.rule);
    const std::string region = region_text(plain_region(surplus.region), surplus.region_complete);
    const Requirement* first = surplus.requirements.empty() ? nullptr : &all[surplus.requirements[0]];
    const std::string may = surplus.surely ? "" : " possibly";
    switch (surplus.kind) {
        case SurplusKind::install_only:
        case SurplusKind::unselected_feature:
            if (!has_all_ports(all, surplus)) {
                return fmt::format("{}{} keeps {} open{}, of {} from {} to {}: {}", rule, may, region, at,
                                   services_text(all, surplus.requirements), from_text(all, surplus.requirements),
                                   to_text(all, surplus.requirements), reasons_text(context, surplus.requirements));
            }
            return fmt::format("{}{} keeps {} open from {} to {}{}: {}", rule, may,
                               services_text(all, surplus.requirements), from_text(all, surplus.requirements),
                               to_text(all, surplus.requirements), at, reasons_text(context, surplus.requirements));
        case SurplusKind::wider:
            if (first->exposing) {
                return fmt::format("{}{} permits {}{}, which the document lists but which would expose {}", rule, may,
                                   region, at, to_text(all, surplus.requirements));
            }
            return fmt::format("{} is needed{} for {} from {} to {} but{} also permits {}{}", rule,
                               needed_later(all, surplus.requirements) ? " later" : "",
                               services_text(all, surplus.requirements), from_text(all, surplus.requirements),
                               to_text(all, surplus.requirements), may, region, at);
        case SurplusKind::uncatalogued:
            return fmt::format("{}{} permits {}{}, which no loaded catalog asks for{}", rule, may, region, at,
                               first  ? " by its ports"
                               : lost ? " on a way that is known to lead here"
                                      : "");
    }
    return {};
}

}  // namespace

namespace {

// One statement of an export may stand in several rulesets.
bool same_rule(const Policy& policy, RuleRef a, RuleRef b) {
    const SourceSpan one = rule_span(policy, a);
    const SourceSpan other = rule_span(policy, b);
    return a == b || (one && one.source == other.source && one.offset == other.offset &&
                      rule_name(policy, a) == rule_name(policy, b));
}

bool same_surplus(const Policy& policy, const Surplus& a, const Surplus& b) {
    return a.firewall == b.firewall && a.kind == b.kind && same_rule(policy, a.rule, b.rule) && a.surely == b.surely &&
           a.closable == b.closable && a.path->position == b.path->position && a.requirements == b.requirements &&
           a.region == b.region;
}

bool meets(const ServiceSetRef& services, const std::vector<Product>& region) {
    const auto overlap = [](const ServiceTerm& a, const ServiceTerm& b) {
        return !(a.protocols & b.protocols).empty() && !(a.destination_ports & b.destination_ports).empty();
    };
    return services && std::any_of(region.begin(), region.end(), [&](const Product& product) {
               return product.services &&
                      std::any_of(services->terms.begin(), services->terms.end(), [&](const auto& a) {
                          return std::any_of(product.services->terms.begin(), product.services->terms.end(),
                                             [&](const auto& b) { return overlap(a, b); });
                      });
           });
}

// Whether the region names a port of the services: all of some range that it has, not a wider one by chance.
bool names_some_of(const std::vector<Product>& region, const ServiceSetRef& services) {
    const auto named = [](const ServiceTerm& term, const ServiceTerm& of) {
        if ((term.protocols & of.protocols).empty()) return false;
        if (of.destination_ports.is_all()) return term.protocols.subset_of(of.protocols);
        const auto& ports = term.destination_ports.intervals();
        return std::any_of(ports.begin(), ports.end(), [&](const auto& range) {
            return PortSet::range(range.first, range.last).subset_of(of.destination_ports);
        });
    };
    return services && std::any_of(region.begin(), region.end(), [&](const Product& product) {
               return product.services &&
                      std::any_of(product.services->terms.begin(), product.services->terms.end(), [&](const auto& a) {
                          return std::any_of(services->terms.begin(), services->terms.end(),
                                             [&](const auto& b) { return named(a, b); });
                      });
           });
}

// What the requirements ask for, each once.
std::vector<Product> needed_by(const CheckContext& context, const std::vector<std::size_t>& requirements) {
    std::vector<Product> needed;
    for (const std::size_t i : requirements) {
        const Requirement& requirement = context.requirements()[i];
        Product product;
        product.source = requirement.from.addresses;
        product.destination = requirement.to.addresses;
        product.services = requirement.services;
        product = plain_region({product}).front();
        if (std::find(needed.begin(), needed.end(), product) == needed.end()) needed.push_back(std::move(product));
    }
    return needed;
}

bool touches(const AddressSetRef& addresses, const std::vector<Product>& region) {
    return addresses && std::any_of(region.begin(), region.end(), [&](const Product& product) {
               const auto& to = product.destination;
               return !to || !(*to & *addresses).empty();
           });
}

bool meets(const AddressSetRef& a, const AddressSetRef& b) { return !a || !b || !(*a & *b).empty(); }

// Required flows that could be meant, whose way is not known to lead here.
std::vector<std::size_t> lost_flows(const CheckContext& context, const Surplus& surplus) {
    std::vector<std::size_t> found;
    if (surplus.kind != SurplusKind::uncatalogued || !surplus.requirements.empty()) return found;
    const auto all = context.requirements();
    const auto& verdicts = context.assessment().verdicts;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const Requirement& requirement = all[i];
        if (requirement.need != Need::required || verdicts[i] != Judgement::unchecked) continue;
        const bool asks = std::any_of(surplus.region.begin(), surplus.region.end(), [&](const Product& product) {
            return meets(product.source, requirement.from.addresses) &&
                   meets(product.destination, requirement.to.addresses) && meets(requirement.services, {product});
        });
        if (asks) found.push_back(i);
    }
    return found;
}

void add_lost_flows(const CheckContext& context, const std::vector<std::size_t>& lost, Finding& finding) {
    constexpr std::size_t kMost = 4;
    const auto all = context.requirements();
    for (std::size_t i = 0; i < std::min(lost.size(), kMost); ++i) {
        finding.details.push_back(fmt::format("{} from {} to {} asks for some of it; its way is not known",
                                              services_text(all, {lost[i]}), from_text(all, {lost[i]}),
                                              to_text(all, {lost[i]})));
    }
}

// Entries that it may serve, for all that anybody knows.
void add_undetermined(const CheckContext& context, const Surplus& surplus, Finding& finding) {
    const auto all = context.requirements();
    for (const std::size_t i : surplus.requirements) {
        const Requirement& requirement = all[i];
        finding.details.push_back(fmt::format("it may serve {} from {} to {}: {}",
                                              requirement.title.empty() ? requirement.service : requirement.title,
                                              from_text(all, {i}), to_text(all, {i}), requirement.need_reason));
        if (!requirement.quirk.empty()) finding.details.push_back("reading " + requirement.quirk);
    }
}

// What a document says about services that it asks for nowhere.
void add_statements(const CheckContext& context, const Surplus& surplus, Finding& finding) {
    if (!context.input().resolution) return;
    for (const auto& statement : context.input().resolution->statements) {
        if (statement.kind == StatementKind::not_covered && touches(statement.addresses, surplus.region)) {
            finding.details.push_back(fmt::format("{}: the document leaves them to another one ({})", statement.title,
                                                  citation_text(statement.citation)));
            continue;
        }
        const bool refused = statement.kind == StatementKind::not_required;
        if (!refused && statement.kind != StatementKind::informational) continue;
        if (!names_some_of(surplus.region, statement.services)) continue;
        finding.details.push_back(fmt::format("{} {} ({})", statement.title,
                                              refused ? "is not required" : "is listed without roles or direction",
                                              citation_text(statement.citation)));
        if (!refused || finding.citation) continue;
        finding.citation = statement.citation;
        finding.catalog = statement.catalog;
    }
}

}  // namespace

void report_surplus(const CheckContext& context, const Check& check, SurplusKind kind, std::vector<Finding>& findings) {
    std::vector<std::pair<const Surplus*, std::vector<const Path*>>> merged;
    for (const auto& surplus : context.assessment().surplus) {
        if (surplus.kind != kind) continue;
        // The surplus of one device stands together, by path.
        const auto known = std::find_if(merged.rbegin(), merged.rend(), [&](const auto& m) {
            return m.first->firewall == surplus.firewall &&
                   same_surplus(*context.firewalls()[surplus.firewall].policy, *m.first, surplus);
        });
        if (known == merged.rend()) {
            merged.push_back({&surplus, {surplus.path}});
        } else {
            known->second.push_back(surplus.path);
        }
    }
    for (const auto& [first, paths] : merged) {
        const Surplus& surplus = *first;
        const Firewall& firewall = context.firewalls()[surplus.firewall];
        Finding finding = finding_at(check, context, firewall, surplus.requirements);
        if (kind == SurplusKind::install_only && !surplus.closable) {
            finding.severity = Severity::note;
            finding.details.emplace_back("the document does not say that it may be closed");
        }
        const auto lost = lost_flows(context, surplus);
        finding.message = surplus_sentence(context, firewall, surplus, place(firewall, paths), !lost.empty());
        add_lost_flows(context, lost, finding);
        finding.certainty = surplus.surely ? Certainty::exact : Certainty::may_be_less;
        finding.conditions = surplus.conditions;
        finding.decided_by.push_back(evidence(firewall, {surplus.rule, Verdict::permit, surplus.surely}));
        finding.span = rule_span(*firewall.policy, surplus.rule);
        if (finding.span) finding.file = finding.span.source->name();
        finding.witness = surplus.witness;
        finding.region = plain_region(surplus.region);
        finding.region_complete = surplus.region_complete;
        finding.details.insert(finding.details.end(), surplus.translations.begin(), surplus.translations.end());
        if (kind == SurplusKind::wider) {
            finding.needed =
                surplus.needed.empty() ? needed_by(context, surplus.requirements) : plain_region(surplus.needed);
        }
        if (kind == SurplusKind::uncatalogued) {
            add_undetermined(context, surplus, finding);
            add_statements(context, surplus, finding);
        }
        findings.push_back(std::move(finding));
    }
}

}  // namespace fwproof
