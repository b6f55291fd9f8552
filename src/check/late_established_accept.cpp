#include <fmt/format.h>

#include "check/filter_chains.hpp"
#include "check/report_openings.hpp"

namespace fwproof {

namespace {

constexpr std::size_t kFewRules = 10;  // loopback, invalid packets, jumps to managed chains

bool accepts_all_established(const Rule& rule) {
    const auto* decide = std::get_if<Decide>(&rule.action);
    if (!rule.enabled || !decide || decide->verdict != Verdict::permit || !rule.match.exact()) return false;
    if (rule.match.any_of.size() != 1 || !rule.match.any_of[0].registers.empty()) return false;
    const Product& header = rule.match.any_of[0].header;
    if (header.states.is_all() || header.states.contains(State::new_)) return false;
    return header.states.contains(State::established) && !header.source && !header.destination && !header.services &&
           header.in.is_all() && header.out.is_all();
}

// A rule that cannot be moved behind by giving replies their way first: loopback, and tests of the state alone.
bool stands_first(const Rule& rule) {
    for (const auto& match : rule.match.any_of) {
        const auto& names = match.header.in.any_of;
        const bool loopback = !match.header.in.negated && names.size() == 1 && names[0].name == "lo";
        if (!loopback && match.header.states.is_all()) return false;
    }
    return true;
}

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    for (const auto& firewall : context.firewalls()) {
        const Policy& policy = *firewall.policy;
        for (const auto& chain : filter_chains(policy)) {
            const auto& rules = policy.rulesets[chain.ruleset].rules;
            std::size_t before = 0;
            for (std::uint32_t r = 0; r < rules.size(); ++r) {
                if (accepts_all_established(rules[r])) {
                    if (before < kFewRules) break;
                    const RuleRef ref{chain.ruleset, r};
                    Finding finding = finding_about(check, firewall, ref);
                    finding.message = fmt::format("{} accepts packets of known connections only behind {} other rules",
                                                  rule_name(policy, ref), before);
                    findings.push_back(std::move(finding));
                    break;
                }
                if (rules[r].enabled && !rules[r].implicit && !stands_first(rules[r])) ++before;
            }
        }
    }
}

}  // namespace

extern const Check check_late_established_accept;
const Check check_late_established_accept = {
    .id = "IPT103",
    .name = "late-established-accept",
    .severity = Severity::note,
    .subject = Subject::rules,
    .summary = R"(Packets of known connections pass many rules before they are accepted)",
    .why =
        R"(Nearly all packets belong to connections that are known. Each of them is compared with every rule before the one that
accepts them, and a deny among those cuts connections that were permitted. Reported from 10 rules on; rules for the
loopback interface and for states do not count.)",
    .example = R"(-A INPUT -s 10.1.0.0/16 -p tcp --dport 22 -j ACCEPT
(and nine more)
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT)",
    .fix =
        R"(Move the rule to the beginning of the chain. Where a deny before it is meant to cut running connections, leave it
there and waive the finding.)",
    .references = R"(iptables-extensions(8), conntrack)",
    .run = &run,
};

}  // namespace fwproof
