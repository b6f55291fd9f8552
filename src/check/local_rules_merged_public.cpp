#include <fmt/format.h>

#include "check/describe.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    for (const auto& firewall : context.firewalls()) {
        for (const auto& setting : firewall.policy->settings) {
            if (setting.name != "local-rules-merged" || setting.variant != "public") continue;
            Finding finding = finding_about(check, firewall, setting);
            finding.message = setting.span
                                  ? "the policy lets rules of the host itself hold in the public profile"
                                  : "the policy sets the public profile and leaves rules of the host itself in force";
            finding.fix =
                "Set-NetFirewallProfile -PolicyStore DOMAIN\\GPO -Profile Public -AllowLocalFirewallRules False";
            findings.push_back(std::move(finding));
        }
    }
}

}  // namespace

extern const Check check_local_rules_merged_public;
const Check check_local_rules_merged_public = {
    .id = "WIN104",
    .name = "local-rules-merged-public",
    .severity = Severity::warning,
    .subject = Subject::rules,
    .summary = R"(Rules made on the host hold in the public profile beside those of the policy)",
    .why =
        R"(In the public profile the host is in a network of strangers. As long as AllowLocalPolicyMerge is not 0, every program
that may write rules, and every user who answers a prompt, opens the host there, whatever the policy says. Reported
where a policy object or device management sets the public profile; a host without either has only its own rules.)",
    .example = R"([HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\WindowsFirewall\PublicProfile]
"EnableFirewall"=dword:00000001
(and no "AllowLocalPolicyMerge"=dword:00000000))",
    .fix =
        R"(Bring all rules that the host needs in the public profile into the policy, then set AllowLocalPolicyMerge to 0 there.)",
    .standards = R"(stig-windows-firewall-v2r2 V-242004)",
    .references = R"([MS-GPFAS] 2.2.2, AllowLocalPolicyMerge)",
    .run = &run,
};

}  // namespace fwproof
