#include <fmt/format.h>
#include <map>
#include <tuple>
#include "check/describe.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    const auto all = context.requirements();
    using Key = std::tuple<std::string, std::string, std::string, std::string>;
    std::vector<Key> order;
    std::map<Key, std::vector<std::size_t>> unchecked;
    for (const auto& flow : context.assessment().flows) {
        if (flow.judgement != Judgement::unchecked) continue;
        const Requirement& first = all[flow.requirements[0]];
        const Key key{first.catalog, first.from.role, first.to.role, flow.unchecked};
        auto& which = unchecked[key];
        if (which.empty()) order.push_back(key);
        which.insert(which.end(), flow.requirements.begin(), flow.requirements.end());
    }
    for (const auto& key : order) {
        const auto& which = unchecked.at(key);
        const Requirement& first = all[which[0]];
        Finding finding;
        finding.check = check.name;
        finding.severity = check.severity;
        finding.catalog = first.catalog;
        finding.flow = first.flow;
        finding.entries = entries_of(all, which);
        if (!first.citations.empty()) finding.citation = first.citations[0];
        finding.message = fmt::format("{} from {} to {} was not checked: {}", services_text(all, which),
                                      from_text(all, which), to_text(all, which), std::get<3>(key));
        if (!first.quirk.empty()) finding.details.push_back("reading " + first.quirk);
        findings.push_back(std::move(finding));
    }
    for (const auto& exhausted : context.assessment().exhausted) {
        const Firewall& firewall = context.firewalls()[exhausted.firewall];
        Finding finding = finding_at(check, context, firewall, {});
        finding.message = fmt::format("openings{} were not looked for: the rules take more than the budget to work out",
                                      place(firewall, {exhausted.path}));
        findings.push_back(std::move(finding));
    }
    if (!context.input().resolution) return;
    for (const auto& role : context.input().resolution->unbound) {
        Finding finding;
        finding.check = check.name;
        finding.severity = check.severity;
        finding.catalog = role.catalog;
        if (role.flows.size() == 1) finding.flow = role.flows[0];
        for (const auto& flow : role.flows) finding.entries.push_back({role.catalog, {flow + "/"}});
        if (!role.citations.empty()) finding.citation = role.citations[0];
        const bool one = role.flows.size() == 1;
        finding.message = fmt::format("{} flow{} of {} with role {} {} not checked: the site binds no host to it{}",
                                      role.flows.size(), one ? "" : "s", role.catalog, role.role, one ? "was" : "were",
                                      role.site.empty() ? "" : fmt::format(" at '{}'", role.site));
        finding.details.push_back("flows: " + join_some(role.flows, 12));
        findings.push_back(std::move(finding));
    }
}

}  // namespace

extern const Check check_unchecked_flow;
const Check check_unchecked_flow = {
    .id = "FW715",
    .name = "unchecked-flow",
    .severity = Severity::note,
    .subject = Subject::site,
    .summary = R"(A required flow could not be judged)",
    .why =
        R"(No export covers the way between the two hosts, a role is bound to no host, or the document gives no port. What was not
looked at is never reported as good.)",
    .example = R"(two management servers in one zone, and no host firewall export of either)",
    .fix = R"(Add the export that covers the way, bind the role, or declare the way with [[path]] in the site file.)",
    .references = R"(fwproof-site(5))",
    .run = &run,
};

}  // namespace fwproof
