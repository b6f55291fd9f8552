// What rules permit beyond what is needed, as findings.
#include <fmt/format.h>

#include <algorithm>

#include "check/from_flows.hpp"
#include "check/standing.hpp"
#include "fwproof/analysis/listener.hpp"

namespace fwproof {

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

// The rule is for a program, a service, a package or the like, and nobody says that it is one that listens for any of
// the requirements.
bool unconfirmed_listener(const CheckContext& context, const Firewall& firewall, const Surplus& surplus) {
    const auto& rules = firewall.policy->rulesets[surplus.rule.ruleset].rules;
    if (surplus.surely || !surplus.path || surplus.rule.rule >= rules.size()) return false;
    const auto& related = surplus.requirements;
    return !related.empty() && std::none_of(related.begin(), related.end(), [&](std::size_t i) {
        return is_for_listener(rules[surplus.rule.rule].match, context.requirements()[i], surplus.path->position) ==
               Belief::holds;
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
            return fmt::format("{} is{} needed{} for {} from {} to {} but{} also permits {}{}", rule,
                               unconfirmed_listener(context, firewall, surplus) ? " possibly" : "",
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

// What nobody wrote and nobody can say the verdict of is not needed by anything, and cannot be narrowed.
bool stands_for_the_unknown(const Policy& policy, RuleRef ref) {
    const auto& rules = policy.rulesets[ref.ruleset].rules;
    if (ref.rule >= rules.size() || !rules[ref.rule].implicit) return false;
    const auto* decide = std::get_if<Decide>(&rules[ref.rule].action);
    return decide && decide->verdict == Verdict::unknown;
}

}  // namespace

void report_surplus(const CheckContext& context, const Check& check, SurplusKind kind, std::vector<Finding>& findings) {
    std::vector<std::pair<const Surplus*, std::vector<const Path*>>> merged;
    for (const auto& surplus : context.assessment().surplus) {
        if (surplus.kind != kind) continue;
        if (kind == SurplusKind::wider &&
            stands_for_the_unknown(*context.firewalls()[surplus.firewall].policy, surplus.rule)) {
            continue;
        }
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
        // Most programs are not the one that listens: no more than a flow that depends on one.
        if (finding.severity == Severity::error && unconfirmed_listener(context, firewall, surplus))
            finding.severity = Severity::warning;
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
        if (surplus.path) finding.subject = {standing_at(surplus.path->position)};
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
