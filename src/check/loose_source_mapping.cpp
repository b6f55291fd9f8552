#include <fmt/format.h>

#include "check/describe.hpp"
#include "check/windows_rules.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    each_inbound_allow(context, [&](const WindowsRule& one) {
        if (!one.rule.traits.has(Trait::ignores_remote_ends)) return false;
        Finding finding = finding_about(check, one.firewall, one.ref);
        finding.message = fmt::format("{} names remote ends, but the device does not look at them: anybody is let in",
                                      rule_name(*one.firewall.policy, one.ref));
        finding.details.push_back(
            fmt::format("in the profile{} {}", one.profiles.size() == 1 ? "" : "s", join_some(one.profiles)));
        for (const auto& match : one.rule.match.any_of) finding.region.push_back(match.header);
        findings.push_back(std::move(finding));
        return true;
    });
}

}  // namespace

extern const Check check_loose_source_mapping;
const Check check_loose_source_mapping = {
    .id = "WIN110",
    .name = "loose-source-mapping",
    .severity = Severity::error,
    .subject = Subject::rules,
    .summary = R"(An inbound rule names remote addresses that the firewall does not look at)",
    .why =
        R"(LOM (LocalOnlyMapping) makes an allow rule hold for the local end alone. The addresses in it look like a restriction
and are none. Reported where the rule lists remote addresses or ports; without them the flag changes nothing.)",
    .example = R"(v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=1433|RA4=10.1.0.11|LOM=TRUE|Name=SQL|)",
    .fix = R"(Set-NetFirewallRule -Name ... -LocalOnlyMapping False.)",
    .standards = R"(pci-dss-4.0.1 1.2.5)",
    .references = R"([MS-FASP] 2.2.37, FW_RULE_FLAGS_LOCAL_ONLY_MAPPED)",
    .run = &run,
};

}  // namespace fwproof
