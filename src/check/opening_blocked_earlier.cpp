#include "check/from_flows.hpp"

namespace fwproof {

extern const Check check_opening_blocked_earlier;
const Check check_opening_blocked_earlier = {
    .id = "FW705",
    .name = "opening-blocked-earlier",
    .severity = Severity::error,
    .subject = Subject::site,
    .summary = R"(A rule permits a required flow, but another rule denies it first)",
    .why =
        R"(Somebody opened the flow, and the change did nothing: a rule before it, or on Windows a block, decides. The rule looks
right in a review and in a ticket. Both rules are shown.)",
    .example = R"(access-list OUT extended deny tcp any 10.2.0.0 255.255.255.0
access-list OUT extended permit tcp host 10.1.0.11 host 10.2.0.21 eq 1433)",
    .fix =
        R"(Move the permit before the rule that decides, or narrow that rule. Where the denial is meant, remove the permit and say
in the site file that the flow is not wanted.)",
    .standards = R"(nist-sp-800-41r1 5.2.2)",
    .references = R"(the catalog entry that the finding cites)",
    .run = &report_flows<Judgement::missing>,
};

}  // namespace fwproof
