#include <fmt/format.h>
#include "check/describe.hpp"
#include "check/each_rule.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    each_rule(context, [&](const Firewall& firewall, RuleRef ref, const Rule& rule) {
        const auto* decide = std::get_if<Decide>(&rule.action);
        if (!rule.enabled || !decide || decide->verdict != Verdict::permit || !rule.comment.empty()) return;
        // A rule that only lets replies and errors in explains itself.
        bool opens = false;
        for (const auto& match : rule.match.any_of) opens = opens || match.header.states.contains(State::new_);
        if (!opens) return;
        Finding finding = finding_about(check, firewall, ref);
        finding.message = fmt::format("{} permits something and says nowhere why", rule_name(*firewall.policy, ref));
        findings.push_back(std::move(finding));
    });
}

}  // namespace

extern const Check check_undocumented_rule;
const Check check_undocumented_rule = {
    .id = "FW601",
    .name = "undocumented-rule",
    .severity = Severity::warning,
    .subject = Subject::rules,
    .pedantic = true,
    .summary = R"(A rule says nowhere what it is for)",
    .why =
        R"(Nobody dares to remove a rule whose purpose is unknown, so it stays for ever. A remark before the rule, a comment or a
name counts. Off unless selected, or with --standard pci-dss-4.0.1.)",
    .example = R"(access-list OUT extended permit tcp any host 10.2.0.9 eq 443)",
    .fix =
        R"(Write down the purpose, the owner and the ticket: a remark (ASA), -m comment (iptables), a name (Windows).)",
    .standards = R"(pci-dss-4.0.1 1.2.5)",
    .references = R"(nipper-ng, issue COMM)",
    .run = &run,
};

}  // namespace fwproof
