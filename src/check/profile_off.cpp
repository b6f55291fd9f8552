#include <fmt/format.h>
#include "check/report_openings.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    for (const auto& opening : context.rules().openings()) {
        if (opening.by != OpenedBy::implicit || opening.path->position != Position::inbound ||
            opening.path->variant.empty())
            continue;
        const Firewall& firewall = context.firewalls()[opening.firewall];
        const Rule& rule = firewall.policy->rulesets[opening.rule.ruleset].rules[opening.rule.rule];
        if (rule.match.any_of.size() != 1 || !rule.match.any_of[0].is_all()) continue;
        Finding finding = finding_about(check, context, opening, opening.packets);
        finding.message = fmt::format("the firewall is {}off in the {} profile: every packet is permitted",
                                      opening.surely ? "" : "possibly ", opening.path->variant);
        finding.fix = fmt::format("Set-NetFirewallProfile -Profile {} -Enabled True", opening.path->variant);
        findings.push_back(std::move(finding));
    }
}

}  // namespace

extern const Check check_profile_off;
const Check check_profile_off = {
    .id = "WIN101",
    .name = "profile-off",
    .severity = Severity::error,
    .subject = Subject::rules,
    .summary = R"(The firewall is switched off in a profile)",
    .why =
        R"(With EnableFirewall 0 no rule is looked at and everything is permitted in that profile. Windows changes profiles by
itself, so a host gets there sooner or later.)",
    .example = R"([HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\WindowsFirewall\PublicProfile]
"EnableFirewall"=dword:00000000)",
    .fix = R"(Switch it on: Set-NetFirewallProfile -Profile Domain,Private,Public -Enabled True.)",
    .standards = R"(stig-windows-firewall-v2r2 V-241989
stig-windows-firewall-v2r2 V-241990
stig-windows-firewall-v2r2 V-241991)",
    .run = &run,
};

}  // namespace fwproof
