// A rule of a built-in chain that decides nothing, because a chain that a program keeps denies its packets before it.
// Rules are compared inside their chain elsewhere; here what the whole path says counts.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "check/filter_chains.hpp"
#include "check/report_openings.hpp"

namespace fwproof {

namespace {

class Finder {
public:
    Finder(const CheckContext& context, std::size_t firewall, const FilterChain& chain)
        : firewall_(firewall),
          chain_(chain),
          desk_(context.rules().desk(firewall)),
          permitted_(desk_.space.empty()),
          denied_(desk_.space.empty()) {
        for (const auto& opening : context.rules().openings()) {
            if (!here(opening)) continue;
            deciding_.insert(opening.rule);
            permitted_ = permitted_ | opening.packets;
        }
        for (const auto& denial : context.rules().denials()) {
            if (!here(denial) || !is_managed_chain(desk_.policy.rulesets[denial.rule.ruleset])) continue;
            denied_ = denied_ | denial.packets;
            denials_.push_back(&denial);
        }
    }

    // The denial that takes the packets of the rule; null where the rule is reached, or something else takes them.
    const Opening* taken_by(std::uint32_t index) const {
        const RuleRef ref{chain_.ruleset, index};
        const Rule& rule = desk_.policy.rulesets[ref.ruleset].rules[ref.rule];
        const auto* decide = std::get_if<Decide>(&rule.action);
        if (!rule.enabled || rule.implicit || !decide || decide->verdict != Verdict::permit) return nullptr;
        if (deciding_.contains(ref)) return nullptr;
        const PacketSet packets = desk_.possibly(rule) & desk_.first_of(chain_.path->position);
        if (packets.empty() || !packets.subset_of(denied_ | permitted_)) return nullptr;
        const auto first = std::find_if(denials_.begin(), denials_.end(),
                                        [&](const Opening* d) { return !(d->packets & packets).empty(); });
        return first == denials_.end() ? nullptr : *first;
    }

    PacketSet packets_of(const Rule& rule, const Opening& denial) const {
        return desk_.possibly(rule) & denial.packets;
    }

private:
    bool here(const Opening& opening) const { return opening.firewall == firewall_ && opening.path == chain_.path; }

    std::size_t firewall_;
    const FilterChain& chain_;
    const RuleDesk& desk_;
    PacketSet permitted_, denied_;
    std::set<RuleRef> deciding_;
    std::vector<const Opening*> denials_;
};

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    for (std::size_t i = 0; i < context.firewalls().size(); ++i) {
        const Firewall& firewall = context.firewalls()[i];
        const Policy& policy = *firewall.policy;
        if (std::none_of(policy.rulesets.begin(), policy.rulesets.end(), is_managed_chain)) continue;
        for (const auto& chain : filter_chains(policy)) {
            if (chain.path->position == Position::outbound) continue;
            const Finder finder(context, i, chain);
            const auto& rules = policy.rulesets[chain.ruleset].rules;
            for (std::uint32_t r = 0; r < rules.size(); ++r) {
                const Opening* denial = finder.taken_by(r);
                if (!denial) continue;
                const RuleRef ref{chain.ruleset, r};
                Finding finding = finding_about(check, firewall, ref);
                const std::string by = rule_name(policy, denial->rule);
                finding.message =
                    fmt::format("{} permits nothing: {} denies its packets before it", rule_name(policy, ref), by);
                finding.decided_by.push_back(evidence(firewall, {denial->rule, Verdict::deny, true}));
                finding.witness = finder.packets_of(rules[r], *denial).pick();
                for (const auto& match : rules[r].match.any_of) finding.region.push_back(match.header);
                findings.push_back(std::move(finding));
            }
        }
    }
}

}  // namespace

extern const Check check_rule_after_foreign_reject;
const Check check_rule_after_foreign_reject = {
    .id = "IPT104",
    .name = "rule-after-foreign-reject",
    .severity = Severity::error,
    .subject = Subject::rules,
    .summary = R"(A rule stands behind a chain of another program that denies everything)",
    .why =
        R"(ufw, Docker, firewalld and others keep chains of their own and jump to them from INPUT and FORWARD. A rule that is
appended behind such a jump is never reached where the chain denies all that is left. It looks right in every listing,
and the service does not work.)",
    .example = R"(-A INPUT -j ufw-reject-input
-A INPUT -p tcp --dport 443 -j ACCEPT
-A ufw-reject-input -j REJECT)",
    .fix = R"(Make the rule with the program that keeps the chain (ufw allow 443/tcp), or insert it before the jump.)",
    .references = R"(nym, pull request 6678)",
    .run = &run,
};

}  // namespace fwproof
