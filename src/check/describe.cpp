#include "check/describe.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fwproof {

std::string join_some(const std::vector<std::string>& words, std::size_t most, std::size_t further) {
    if (words.empty()) return {};
    const std::size_t all = words.size() + further;
    std::string text = words[0];
    const std::size_t shown =
        all == words.size() && all <= most ? all : std::max<std::size_t>(1, std::min(most - 1, words.size()));
    for (std::size_t i = 1; i < shown; ++i) {
        const bool last = i + 1 == all;
        text += (last ? " and " : ", ") + words[i];
    }
    if (shown < all) text += fmt::format(" and {} more", all - shown);
    return text;
}

std::vector<std::string> conditions_text(const FlowResult& flow) {
    auto texts = flow.conditions;
    if (flow.more_conditions > 0) texts.push_back(fmt::format("{} more", flow.more_conditions));
    return texts;
}

std::string rule_name(const Policy& policy, RuleRef ref) {
    const Ruleset& ruleset = policy.rulesets[ref.ruleset];
    if (ref.rule >= ruleset.rules.size()) return fmt::format("the default of {}", ruleset.name);
    const Rule& rule = ruleset.rules[ref.rule];
    return rule.name.empty() ? fmt::format("{} rule {}", ruleset.name, ref.rule + 1) : rule.name;
}

SourceSpan rule_span(const Policy& policy, RuleRef ref) {
    const Ruleset& ruleset = policy.rulesets[ref.ruleset];
    if (ref.rule < ruleset.rules.size()) return ruleset.rules[ref.rule].span;
    return ruleset.default_span;
}

RuleEvidence evidence(const Firewall& firewall, const Decider& decider) {
    const SourceSpan span = rule_span(*firewall.policy, decider.rule);
    RuleEvidence shown;
    shown.name = rule_name(*firewall.policy, decider.rule);
    const auto& rules = firewall.policy->rulesets[decider.rule.ruleset].rules;
    if (decider.rule.rule < rules.size()) shown.title = display_title(rules[decider.rule.rule]);
    shown.verdict = to_string(decider.verdict);
    shown.span = span;
    shown.file = span ? span.source->name() : "";
    shown.surely = decider.surely;
    return shown;
}

std::string verdict_of(const Policy& policy, RuleRef ref) {
    const Ruleset& ruleset = policy.rulesets[ref.ruleset];
    if (ref.rule >= ruleset.rules.size())
        return ruleset.default_verdict ? std::string(to_string(*ruleset.default_verdict)) : "";
    const auto* decide = std::get_if<Decide>(&ruleset.rules[ref.rule].action);
    return decide ? std::string(to_string(decide->verdict)) : "";
}

RuleEvidence evidence(const Firewall& firewall, RuleRef rule) {
    RuleEvidence shown = evidence(firewall, {rule, Verdict::unknown, true});
    shown.verdict = verdict_of(*firewall.policy, rule);
    return shown;
}

std::string place(const Firewall& firewall, const std::vector<const Path*>& paths) {
    std::string text = firewall.id == firewall.file ? "" : " at " + firewall.id;
    if (paths.empty()) return text;
    if (paths[0]->position != Position::transit) text += fmt::format(" {}", to_string(paths[0]->position));
    std::vector<std::string> variants;
    for (const Path* path : paths) {
        if (!path->variant.empty() && firewall.variant.empty()) variants.push_back(path->variant);
    }
    if (variants.empty()) return text;
    return fmt::format("{}, profile{} {}", text, variants.size() == 1 ? "" : "s", join_some(variants));
}

namespace {

template <class Word>
std::vector<std::string> distinct(std::span<const Requirement> all, const std::vector<std::size_t>& which, Word word) {
    std::vector<std::string> words;
    for (const std::size_t i : which) {
        std::string text = word(all[i]);
        if (std::find(words.begin(), words.end(), text) == words.end()) words.push_back(std::move(text));
    }
    return words;
}

std::string end_text(std::span<const Requirement> all, const std::vector<std::size_t>& which,
                     const Endpoint Requirement::*end) {
    std::vector<std::string> parts;
    for (const auto& role : distinct(all, which, [&](const Requirement& r) { return (r.*end).role; })) {
        std::vector<std::size_t> same;
        for (const std::size_t i : which) {
            if ((all[i].*end).role == role) same.push_back(i);
        }
        const auto hosts = distinct(all, same, [&](const Requirement& r) {
            return (r.*end).anywhere && (r.*end).host.empty() ? std::string("any") : (r.*end).host;
        });
        const bool only_role = hosts.size() == 1 && (hosts[0] == role || hosts[0].empty());
        parts.push_back(only_role ? role : fmt::format("{} ({})", join_some(hosts), role));
    }
    return join_some(parts);
}

}  // namespace

std::string from_text(std::span<const Requirement> all, const std::vector<std::size_t>& which) {
    return end_text(all, which, &Requirement::from);
}

std::string to_text(std::span<const Requirement> all, const std::vector<std::size_t>& which) {
    return end_text(all, which, &Requirement::to);
}

std::string services_text(std::span<const Requirement> all, const std::vector<std::size_t>& which) {
    return join_some(distinct(all, which, [](const Requirement& r) { return r.ports_text; }), 8);
}

namespace {

bool same_but_protocols(ServiceTerm a, const ServiceTerm& b) {
    a.protocols = b.protocols;
    return a == b;
}

ServiceSetRef plain_services(const ServiceSetRef& services) {
    if (!services) return services;
    const auto tcp = ProtocolSet::of(kTcp);
    ServiceSet plain;
    for (ServiceTerm term : services->terms) {
        if (term.protocols == tcp && term.tcp_flags == IntervalSet<std::uint8_t>::of(kSyn)) {
            term.tcp_flags = IntervalSet<std::uint8_t>::all();
        }
        const auto same = std::find_if(plain.terms.begin(), plain.terms.end(),
                                       [&](const ServiceTerm& t) { return same_but_protocols(t, term); });
        if (same == plain.terms.end()) {
            plain.terms.push_back(std::move(term));
        } else {
            same->protocols = same->protocols | term.protocols;
        }
    }
    if (plain.terms.size() == 1 && plain.terms[0].is_all()) return nullptr;
    return share(std::move(plain));
}

}  // namespace

namespace {

// Every address that a computer can have reads as any.
AddressSetRef plain_addresses(const AddressSetRef& addresses) {
    if (!addresses) return addresses;
    const AddressSet& computers = computer_addresses();
    AddressSet plain = *addresses;
    if (plain.v4 == computers.v4) plain.v4 = AddressSet::any4().v4;
    if (plain.v6 == computers.v6) plain.v6 = AddressSet::any6().v6;
    return plain.is_all() ? nullptr : share(std::move(plain));
}

}  // namespace

std::vector<Product> plain_region(const std::vector<Product>& region) {
    std::vector<Product> plain = region;
    for (auto& product : plain) {
        product.source = plain_addresses(product.source);
        product.destination = plain_addresses(product.destination);
        product.services = plain_services(product.services);
        product.states = StateSet::all();
    }
    return plain;
}

std::string region_text(const std::vector<Product>& region, bool complete, std::size_t most) {
    std::string text;
    const std::size_t shown = std::min(region.size(), most);
    for (std::size_t i = 0; i < shown; ++i) text += (i == 0 ? "" : "; ") + to_string(region[i]);
    if (!complete) return text + fmt::format(" and more than {} further regions", region.size() - shown);
    if (shown < region.size()) {
        text += fmt::format(" and {} more region{}", region.size() - shown, region.size() - shown == 1 ? "" : "s");
    }
    return text;
}

std::vector<EntryNames> entries_of(std::span<const Requirement> all, const std::vector<std::size_t>& which) {
    std::vector<EntryNames> entries;
    for (const std::size_t i : which) {
        EntryNames entry{all[i].catalog, {all[i].flow + "/" + all[i].service}};
        entry.items.insert(entry.items.end(), all[i].also.begin(), all[i].also.end());
        if (std::find(entries.begin(), entries.end(), entry) == entries.end()) entries.push_back(std::move(entry));
    }
    return entries;
}

Finding finding_at(const Check& check, const CheckContext& context, const Firewall& firewall,
                   const std::vector<std::size_t>& requirements) {
    Finding finding;
    finding.check = check.name;
    finding.severity = check.severity;
    finding.firewall = firewall.id;
    finding.file = firewall.file;
    if (!requirements.empty()) {
        const Requirement& first = context.requirements()[requirements[0]];
        finding.catalog = first.catalog;
        finding.flow = first.flow;
        finding.service = first.service;
        finding.entries = entries_of(context.requirements(), requirements);
        if (!first.citations.empty()) finding.citation = first.citations[0];
    }
    return finding;
}

Finding finding_at(const Check& check, const Firewall& firewall, const SourceSpan& span) {
    Finding finding;
    finding.check = check.name;
    finding.severity = check.severity;
    finding.firewall = firewall.id;
    finding.span = span;
    finding.file = span ? span.source->name() : firewall.file;
    return finding;
}

Finding finding_about(const Check& check, const Firewall& firewall, const Setting& setting) {
    Finding finding = finding_at(check, firewall, setting.span);
    if (!setting.span) finding.certainty = Certainty::assumed;
    return finding;
}

Finding finding_about(const Check& check, const Firewall& firewall, RuleRef rule) {
    Finding finding = finding_at(check, firewall, rule_span(*firewall.policy, rule));
    const auto& rules = firewall.policy->rulesets[rule.ruleset].rules;
    if (rule.rule < rules.size()) {
        for (const auto& match : rules[rule.rule].match.any_of) finding.subject.push_back(match.header);
    }
    return finding;
}

std::string citation_text(const Citation& citation) {
    std::string text = citation.document;
    if (!citation.section.empty()) text += ", " + citation.section;
    if (!citation.row.empty()) {
        const bool number =
            std::all_of(citation.row.begin(), citation.row.end(), [](char c) { return c >= '0' && c <= '9'; });
        text += (number ? ", row " : ", ") + citation.row;
    }
    return fmt::format("{}, line {}", text, citation.line);
}

}  // namespace fwproof
