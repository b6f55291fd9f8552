#include <fmt/format.h>

#include <algorithm>

#include "check/describe.hpp"
#include "check/each_rule.hpp"

namespace fwproof {

namespace {

bool has_v6(const Policy& policy) {
    return std::any_of(policy.interfaces.begin(), policy.interfaces.end(), [](const Interface& interface) {
        return interface.enabled && std::any_of(interface.networks.begin(), interface.networks.end(),
                                                [](const Prefix& p) { return p.address.family == Family::v6; });
    });
}

bool both_families(const AddressSetRef& addresses) { return !addresses || addresses->is_all(); }

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    each_rule(context, [&](const Firewall& firewall, RuleRef ref, const Rule& rule) {
        const auto* decide = std::get_if<Decide>(&rule.action);
        if (!rule.enabled || !decide || decide->verdict != Verdict::permit || !has_v6(*firewall.policy)) return;
        for (const auto& match : rule.match.any_of) {
            if (!both_families(match.header.source) || !both_families(match.header.destination)) continue;
            Finding finding = finding_about(check, firewall, ref);
            finding.message = fmt::format("{} permits IPv6 as well: 'any' is both families, and an interface has IPv6",
                                          rule_name(*firewall.policy, ref));
            findings.push_back(std::move(finding));
            return;
        }
    });
}

}  // namespace

extern const Check check_mixed_family_any;
const Check check_mixed_family_any = {
    .id = "FW011",
    .name = "mixed-family-any",
    .severity = Severity::note,
    .subject = Subject::rules,
    .summary = R"("any" covers IPv4 and IPv6 where only IPv4 may be meant)",
    .why = R"(Since the device treats any as both families, a rule written for IPv4 also holds for IPv6.
Reported where an interface has an IPv6 address and both ends of a permit are any.)",
    .example = R"(access-list OUT extended permit tcp any host 10.2.0.5 eq 443)",
    .fix = R"(Write any4 where IPv4 is meant.)",
    .references = R"(Cisco ASA 9.0 release notes (any4, any6))",
    .run = &run,
};

}  // namespace fwproof
