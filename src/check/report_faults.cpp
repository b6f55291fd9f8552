#include <fmt/format.h>

#include <algorithm>

#include "check/commands.hpp"
#include "check/describe.hpp"
#include "check/rule_faults.hpp"

namespace fwproof {

namespace {

constexpr std::size_t kMostRules = 4;

// "OUT line 5 (permit)", "INPUT rule 3 (goes to LOGDROP)".
std::string with_verdict(const Policy& policy, RuleRef ref) {
    std::string verdict = verdict_of(policy, ref);
    const auto& rules = policy.rulesets[ref.ruleset].rules;
    if (ref.rule < rules.size()) {
        const auto* jump = std::get_if<Jump>(&rules[ref.rule].action);
        const auto* go = std::get_if<Goto>(&rules[ref.rule].action);
        const RulesetIndex to = jump ? jump->to : go ? go->to : static_cast<RulesetIndex>(policy.rulesets.size());
        if (to < policy.rulesets.size()) verdict = "goes to " + policy.rulesets[to].name;
    }
    return rule_name(policy, ref) + (verdict.empty() ? "" : fmt::format(" ({})", verdict));
}

std::string takers(const Policy& policy, const Anomaly& anomaly) {
    std::vector<std::string> names;
    for (const auto& blame : anomaly.blamed) names.push_back(with_verdict(policy, blame.rule));
    const std::string text = join_some(names);
    return anomaly.blamed.size() == 1 ? text + " takes" : text + " together take";
}

std::string sentence(const Policy& policy, const FaultyRule& faulty) {
    const Anomaly& anomaly = faulty.anomaly;
    const std::string rule = with_verdict(policy, anomaly.rule);
    const std::string first = anomaly.blamed.empty() ? "" : with_verdict(policy, anomaly.blamed[0].rule);
    std::vector<std::string> names;
    for (const auto& blame : anomaly.blamed) names.push_back(rule_name(policy, blame.rule));
    switch (faulty.fault) {
        case Fault::shadowed:
        case Fault::unreachable:
            if (anomaly.blamed.empty()) {
                return fmt::format("{} never matches: nothing that goes to {} fits it", rule,
                                   policy.rulesets[anomaly.rule.ruleset].name);
            }
            return fmt::format("{} never matches: {} all its packets before it", rule, takers(policy, anomaly));
        case Fault::unreachable_log:
            return fmt::format("{} never logs: {} all its packets before it", rule, takers(policy, anomaly));
        case Fault::duplicate: return fmt::format("{} repeats {}", rule, join_some(names));
        case Fault::contradicting:
            return fmt::format("{} contradicts {}, which stands before it and decides the same packets", rule, first);
        case Fault::behind_catch_all:
            return fmt::format("{} never matches: {} takes every packet before it", rule, first);
        case Fault::defeated_by_block:
            return fmt::format("{} permits nothing: {} {} all that it allows, and a block wins wherever it stands",
                               rule, join_some(names), names.size() == 1 ? "blocks" : "block");
        case Fault::redundant:
            return fmt::format("{} changes nothing: {} {} the same for all its packets", rule, join_some(names),
                               names.size() == 1 ? "decides" : "together decide");
    }
    return {};
}

// The profiles that nobody asked about: what is said holds in the others alone.
std::string_view left_out(const Policy& policy) {
    for (const auto& setting : policy.settings) {
        if (setting.name == "profiles-left-out") return setting.value;
    }
    return {};
}

// The blamed rule that differs, else the first.
const Blame& telling(const Policy& policy, const Anomaly& anomaly) {
    const std::string own = verdict_of(policy, anomaly.rule);
    const auto differs = std::find_if(anomaly.blamed.begin(), anomaly.blamed.end(),
                                      [&](const Blame& b) { return verdict_of(policy, b.rule) != own; });
    return differs == anomaly.blamed.end() ? anomaly.blamed.front() : *differs;
}

void add_fix(const Policy& policy, const FaultyRule& faulty, Finding& finding) {
    const Anomaly& anomaly = faulty.anomaly;
    if (faulty.fault == Fault::shadowed || faulty.fault == Fault::contradicting ||
        faulty.fault == Fault::unreachable_log) {
        finding.fix = fmt::format("move it before {} if it is meant, else remove it",
                                  rule_name(policy, telling(policy, anomaly).rule));
        return;
    }
    if (faulty.fault == Fault::defeated_by_block) {
        finding.fix = "remove it, or narrow the block";
        return;
    }
    const Rule& rule = policy.rulesets[anomaly.rule.ruleset].rules[anomaly.rule.rule];
    if (!left_out(policy).empty()) {
        finding.fix =
            "remove it if it changes nothing in the other profiles either: run again without a chosen profile";
        return;
    }
    if (!faulty.not_with.empty()) {
        std::vector<std::string> names;
        for (const RuleRef other : faulty.not_with) names.push_back(rule_name(policy, other));
        finding.fix = fmt::format("remove it or {}, not both", join_some(names));
        return;
    }
    const Removal command = removal(policy, anomaly.rule);
    finding.fix = command.command;
    // That nothing changes without the rule is what was proven.
    finding.fix_proven = !finding.fix.empty();
    if (command.by_number)
        finding.details.emplace_back("the number is that of the export: of several, remove the highest first");
    if (finding.fix.empty() && !rule.store.empty() && rule.store != "local store")
        finding.fix = fmt::format("remove it from the {}", rule.store);
}

}  // namespace

void report_faults(const CheckContext& context, const Check& check, Fault fault, std::vector<Finding>& findings) {
    for (const auto& faulty : context.rules().faults()) {
        if (faulty.fault != fault) continue;
        const Firewall& firewall = context.firewalls()[faulty.firewall];
        const Policy& policy = *firewall.policy;
        const Anomaly& anomaly = faulty.anomaly;
        Finding finding = finding_about(check, firewall, anomaly.rule);
        finding.message = sentence(policy, faulty);
        if (faulty.rulesets.size() > 1 || !left_out(policy).empty()) {
            std::vector<std::string> names;
            for (const RulesetIndex i : faulty.rulesets) names.push_back(policy.rulesets[i].name);
            finding.details.push_back("in " + join_some(names));
        }
        for (std::size_t i = 0; i < std::min(anomaly.blamed.size(), kMostRules); ++i) {
            const RuleRef by = anomaly.blamed[i].rule;
            finding.decided_by.push_back(evidence(firewall, by));
        }
        if (fault == Fault::redundant && anomaly.witness) {
            finding.witness = anomaly.witness;
        } else if (!anomaly.blamed.empty()) {
            finding.witness = telling(policy, anomaly).witness;
        }
        add_fix(policy, faulty, finding);
        const auto denies = [&](const Blame& by) { return verdict_of(policy, by.rule) == "deny"; };
        if (fault == Fault::unreachable && verdict_of(policy, anomaly.rule) == "permit" &&
            std::any_of(anomaly.blamed.begin(), anomaly.blamed.end(), denies)) {
            finding.severity = Severity::note;
            finding.details.emplace_back(
                "such packets pass as related to a connection; others fit none and are denied");
        }
        const Rule& rule = policy.rulesets[anomaly.rule.ruleset].rules[anomaly.rule.rule];
        for (const auto& match : rule.match.any_of) finding.region.push_back(match.header);
        findings.push_back(std::move(finding));
    }
}

}  // namespace fwproof
