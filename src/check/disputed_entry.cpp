#include <fmt/format.h>
#include <map>
#include "check/describe.hpp"

namespace fwproof {

namespace {

Finding about(const Check& check, std::span<const Requirement> all, const std::vector<std::size_t>& which) {
    const Requirement& requirement = all[which[0]];
    Finding finding;
    finding.check = check.name;
    finding.severity = check.severity;
    finding.certainty = Certainty::assumed;
    finding.catalog = requirement.catalog;
    finding.flow = requirement.flow;
    finding.service = requirement.service;
    finding.entries = entries_of(all, which);
    if (!requirement.citations.empty()) finding.citation = requirement.citations[0];
    return finding;
}

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    const auto all = context.requirements();
    // Entries that can only be read as inferred: one finding for each question that the document leaves open.
    std::map<std::pair<std::string, std::string>, std::vector<std::size_t>> inferred;
    // Entries that are likely meant to ask for nothing, of whatever hosts.
    std::map<std::pair<std::string, std::string>, std::vector<std::size_t>> not_meant;
    for (const auto& dispute : context.assessment().disputes) {
        const Requirement& first = all[dispute.requirements[0]];
        if (first.dispute.empty()) {
            inferred[{first.catalog, first.quirk}].push_back(dispute.requirements[0]);
            continue;
        }
        std::vector<std::size_t> meant, printed;
        for (const std::size_t i : dispute.requirements) {
            (all[i].reading == Reading::documented ? printed : meant).push_back(i);
        }
        if (meant.empty() && !dispute.only_as_printed) {
            auto& which = not_meant[{first.catalog, first.quirk}];
            which.insert(which.end(), printed.begin(), printed.end());
            continue;
        }
        Finding finding = about(check, all, dispute.requirements);
        if (dispute.only_as_printed) {
            finding.severity = Severity::warning;
            finding.message =
                fmt::format("{} from {} to {} is open only as the document prints it, not as it is likely meant",
                            services_text(all, printed), from_text(all, printed), to_text(all, printed));
        } else {
            finding.message =
                fmt::format("the document can be read in two ways; judged as likely meant: {} from {} to {}",
                            services_text(all, meant), from_text(all, meant), to_text(all, meant));
        }
        if (!first.quirk.empty()) finding.details.push_back("reading " + first.quirk);
        if (!first.basis.empty()) finding.details.push_back(first.basis);
        findings.push_back(std::move(finding));
    }
    for (const auto& [key, which] : not_meant) {
        Finding finding = about(check, all, which);
        finding.message =
            fmt::format("the document can be read in two ways; judged as likely meant: {} from {} to {} is not needed",
                        services_text(all, which), from_text(all, which), to_text(all, which));
        if (!key.second.empty()) finding.details.push_back("reading " + key.second);
        if (!all[which[0]].basis.empty()) finding.details.push_back(all[which[0]].basis);
        findings.push_back(std::move(finding));
    }
    for (const auto& [key, which] : inferred) {
        Finding finding = about(check, all, which);
        finding.message =
            fmt::format("the document does not say all of {}; judged as likely meant", services_text(all, which));
        if (!key.second.empty()) finding.details.push_back("reading " + key.second);
        if (!all[which[0]].basis.empty()) finding.details.push_back(all[which[0]].basis);
        findings.push_back(std::move(finding));
    }
}

}  // namespace

extern const Check check_disputed_entry;
const Check check_disputed_entry = {
    .id = "FW714",
    .name = "disputed-entry",
    .severity = Severity::note,
    .subject = Subject::site,
    .summary = R"(A verdict rests on one reading of an unclear document)",
    .why =
        R"(Documents contradict themselves and each other: arrows that point from the listener to the client, ports without a
protocol. The verdict says which reading it used.)",
    .example = R"(a row that prints "database ---> collector, 1433", where the database is the listener)",
    .fix = R"(Read the cited place, decide, and set reading in the site file to "documented" or "inferred".)",
    .references = R"(the catalog entry that the finding cites)",
    .run = &run,
};

}  // namespace fwproof
