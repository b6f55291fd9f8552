#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <sstream>
#include "check/report_openings.hpp"

namespace fwproof {

namespace {

// Everything that some rule may log before it is decided.
PacketSet logged_packets(const RuleDesk& desk) {
    PacketSet logged = desk.space.empty();
    for (const auto& ruleset : desk.policy.rulesets) {
        if (!ruleset.bound) continue;
        for (const auto& rule : ruleset.rules) {
            if (rule.logs && std::holds_alternative<Continue>(rule.action)) logged = logged | desk.possibly(rule);
        }
    }
    return logged;
}

bool says_log_disable(std::string_view statement) {
    std::istringstream words{std::string(statement)};
    std::string before;
    for (std::string word; words >> word; before = word) {
        if (before == "log" && word == "disable") return true;
    }
    return false;
}

// A closing deny: a default, a deny of the device itself, or a rule for everything that is left.
bool closes(const Policy& policy, RuleRef ref) {
    const Ruleset& ruleset = policy.rulesets[ref.ruleset];
    if (!ruleset.filters) return false;
    if (ref.rule >= ruleset.rules.size()) {
        // The reader's own list of what a device does besides has no default of its own.
        return ruleset.rules.empty() ||
               std::any_of(ruleset.rules.begin(), ruleset.rules.end(), [](const Rule& r) { return !r.implicit; });
    }
    const Rule& rule = ruleset.rules[ref.rule];
    if (rule.implicit) return rule.span && rule.name.starts_with("implicit deny");
    const bool all = rule.match.exact() && rule.match.any_of.size() == 1 && rule.match.any_of[0].is_all();
    if (!all || rule.logs) return false;
    // An ASA logs what a written deny drops, unless it says otherwise.
    return policy.vendor == "iptables" || (policy.vendor == "asa" && says_log_disable(rule.span.text()));
}

// What gets to the ruleset, as far as no rule that people wrote decides it: all that a list at an interface is asked.
std::vector<Product> entrances(const Policy& policy, const Path& path, RulesetIndex ruleset) {
    std::vector<Product> found;
    for (const auto& stage : path.stages) {
        if (stage.ruleset == ruleset) found.push_back(stage.guard);
        for (const auto& rule : policy.rulesets[stage.ruleset].rules) {
            const auto* jump = std::get_if<Jump>(&rule.action);
            if (!rule.implicit || !jump || jump->to != ruleset) continue;
            for (const auto& match : rule.match.any_of) found.push_back(match.header);
        }
    }
    if (found.empty()) found.emplace_back();
    return found;
}

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    std::set<std::pair<std::size_t, RuleRef>> done;
    for (const auto& denial : context.rules().denials()) {
        const RuleDesk& desk = context.rules().desk(denial.firewall);
        if (!desk.policy.rules_log || denial.path->position == Position::outbound || !closes(desk.policy, denial.rule))
            continue;
        const PacketSet silent = denial.packets - logged_packets(desk);
        if (silent.empty() || !done.insert({denial.firewall, denial.rule}).second) continue;
        Finding finding = finding_about(check, context, denial, silent);
        finding.decided_by[0].verdict = to_string(Verdict::deny);
        finding.message = fmt::format("{} denies without a log entry", rule_name(desk.policy, denial.rule));
        // What rules before it permit is no part of what it is about.
        finding.region.clear();
        finding.subject = entrances(desk.policy, *denial.path, denial.rule.ruleset);
        findings.push_back(std::move(finding));
    }
}

}  // namespace

extern const Check check_unlogged_default_deny;
const Check check_unlogged_default_deny = {
    .id = "FW501",
    .name = "unlogged-default-deny",
    .severity = Severity::warning,
    .subject = Subject::rules,
    .summary = R"(What no rule permits is denied without a log entry)",
    .why =
        R"(Denied packets are the first sign of a scan, of malware and of a service that is set up wrongly. The implicit deny
behind a list of an ASA logs nothing, nor does a closing deny with "log disable", a policy of iptables, or a closing
DROP without a LOG before it. Rate limits at the log rule are in order. Where logging is no property of rules (Windows) nothing is reported.)",
    .example = R"(access-list OUT extended permit tcp any host 10.2.0.9 eq 443
(and no access-list OUT extended deny ip any any log))",
    .fix = R"(Close the list with a deny for everything that logs.)",
    .standards = R"(stig-firewall-srg-v3r1 V-206682)",
    .references = R"(nipper-ng, issue DELO
Cisco ASA Series Firewall CLI Configuration Guide, logging for access lists)",
    .run = &run,
};

}  // namespace fwproof
