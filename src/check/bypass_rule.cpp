#include "check/windows_rules.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    report_trait(context, check, Trait::overrides_blocks, "lets authenticated computers past every block rule",
                 findings);
}

}  // namespace

extern const Check check_bypass_rule;
const Check check_bypass_rule = {
    .id = "WIN111",
    .name = "bypass-rule",
    .severity = Severity::warning,
    .subject = Subject::rules,
    .summary = R"(A rule lets computers past all block rules)",
    .why =
        R"(An authenticated bypass (Action=ByPass) is looked at before every block. A block that is made to stop something, in an
emergency too, does not stop these computers. It is meant for scanners and administrators; everybody else in the group
comes with it.)",
    .example =
        R"(v2.31|Action=ByPass|Active=TRUE|Dir=In|RMAuth=O:LSD:(A;;CC;;;S-1-5-21-1-2-3-1104)|Security=Authenticate|Name=Scanner|)",
    .fix =
        R"(Replace it by allow rules where no block has to be overridden; else keep the group small and waive the finding.)",
    .references = R"([MS-FASP] 2.2.34, order of rules
New-NetFirewallRule, parameter OverrideBlockRules)",
    .run = &run,
};

}  // namespace fwproof
