#include "check/from_flows.hpp"

namespace fwproof {

extern const Check check_conditional_opening;
const Check check_conditional_opening = {
    .id = "FW703",
    .name = "conditional-opening",
    .severity = Severity::warning,
    .subject = Subject::site,
    .summary = R"(Whether a required flow passes depends on something that the rules do not decide)",
    .why =
        R"(The flow is permitted only for a program, a user, a profile, a time or an interface, or a statement that was not understood
could change the answer. It may work; nobody can prove it from the export.)",
    .example =
        R"(a Windows rule that permits tcp/1433 only for one program, in a site that does not name that program)",
    .fix =
        R"(Say in the site file which program or service the role runs, which network profile holds, or permit the flow by header
fields alone.)",
    .references = R"(the catalog entry that the finding cites)",
    .run = &report_flows<Judgement::conditional>,
};

}  // namespace fwproof
