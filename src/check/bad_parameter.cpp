#include "check/describe.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    if (!context.input().resolution) return;
    for (const auto& violation : context.input().resolution->violations) {
        Finding finding;
        finding.check = check.name;
        finding.severity = violation.severity;
        finding.span = violation.span;
        if (violation.span) finding.file = violation.span.source->name();
        finding.message = violation.message;
        finding.fix = violation.hint;
        finding.catalog = violation.catalog;
        finding.citation = violation.citation;
        if (!violation.quirk.empty()) finding.details.push_back("reading " + violation.quirk);
        findings.push_back(std::move(finding));
    }
}

}  // namespace

extern const Check check_bad_parameter;
const Check check_bad_parameter = {
    .id = "FW716",
    .name = "bad-parameter",
    .severity = Severity::error,
    .subject = Subject::site,
    .summary = R"(The site states a value that the document does not allow)",
    .why =
        R"(Verdicts follow the parameters of the site. A pair of ports that the product cannot use makes them worthless.)",
    .example = R"(wsus-http = 8530 together with wsus-https = 443)",
    .fix = R"(Correct the value in the site file, or the product.)",
    .references = R"(the catalog entry that the finding cites
fwproof-site(5))",
    .run = &run,
};

}  // namespace fwproof
