#include "check/from_flows.hpp"

namespace fwproof {

extern const Check check_uncatalogued_opening;
const Check check_uncatalogued_opening = {
    .id = "FW709",
    .name = "uncatalogued-opening",
    .severity = Severity::note,
    .subject = Subject::site,
    .summary = R"(An opening is explained by no loaded catalog)",
    .why =
        R"(It may belong to a product whose catalog was not loaded, to the platform, or to nobody. For a transit firewall only
openings from or to the hosts of the site are listed.)",
    .example = R"(permit tcp any host 10.2.0.21 eq 8080, when no catalog knows port 8080)",
    .fix = R"(Find the owner: load the catalog of the product, write one, or remove the rule.)",
    .standards = R"(pci-dss-4.0.1 1.2.5)",
    .run = &report_surplus<SurplusKind::uncatalogued>,
};

}  // namespace fwproof
