#include "check/from_flows.hpp"

namespace fwproof {

extern const Check check_unselected_feature_opening;
const Check check_unselected_feature_opening = {
    .id = "FW707",
    .name = "unselected-feature-opening",
    .severity = Severity::warning,
    .subject = Subject::site,
    .summary = R"(An opening serves a feature or an alternative that the site has not chosen)",
    .why =
        R"(The document asks for the flow only with a feature that is off here, for another member of a choice, or for a port that the
site has moved. Nothing that is installed uses it.)",
    .example = R"(tcp/1433 still open to a database that the site file puts on tcp/14330)",
    .fix = R"(Close it, or correct the site file: turn the feature on, choose the alternative, set the parameter.)",
    .standards = R"(pci-dss-4.0.1 1.2.5)",
    .references = R"(the catalog entry that the finding cites)",
    .run = &report_surplus<SurplusKind::unselected_feature>,
};

}  // namespace fwproof
