// One line per finding.
#include <string>
#include <vector>

#include "fwproof/base/csv.hpp"
#include "fwproof/check/check.hpp"
#include "report/words.hpp"

namespace fwproof::report {

namespace {

std::string joined(const std::vector<std::string>& parts) {
    std::string text;
    for (const auto& part : parts) text += (text.empty() ? "" : "; ") + part;
    return text;
}

}  // namespace

std::string render_csv(const Report& report, const RenderOptions&) {
    std::string text = csv_line({"severity", "check", "id", "certainty", "firewall", "file", "line", "column",
                                 "message", "decided by", "packets", "packets complete", "witness", "depends on",
                                 "catalog entry", "document", "try", "waived by", "fingerprint"});
    for (const auto& finding : report.findings) {
        const Check* check = find_check(finding.check);
        std::vector<std::string> deciders, region;
        for (const auto& rule : finding.decided_by)
            deciders.push_back(rule.verdict.empty() ? rule.name : rule.name + ": " + rule.verdict);
        for (const auto& product : finding.region) region.push_back(to_string(product));
        text += csv_line({std::string(to_string(finding.severity)), finding.check, check ? std::string(check->id) : "",
                          std::string(to_string(finding.certainty)), finding.firewall, finding.file,
                          finding.span ? std::to_string(finding.span.line()) : "",
                          finding.span ? std::to_string(finding.span.column()) : "", finding.message, joined(deciders),
                          joined(region), finding.region_complete ? "yes" : "no",
                          finding.witness ? to_string(*finding.witness) : "", joined(finding.conditions),
                          catalog_entry(finding), finding.citation ? citation_text(*finding.citation) : "",
                          joined(lines_of(finding.fix)), finding.waived_by, finding.fingerprint});
    }
    return text;
}

}  // namespace fwproof::report
