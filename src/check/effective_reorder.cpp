#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "check/changes.hpp"
#include "check/describe.hpp"

namespace fwproof {

namespace {

using Line = std::pair<const Source*, std::uint32_t>;  // a source and a line of it

// The rules that stand in these lines.
std::map<Line, RuleRef> rules_in(const Policy& policy, const std::vector<SourceSpan>& lines) {
    std::map<Line, RuleRef> found;
    for (const auto& span : lines) found.emplace(Line(span.source, span.line()), RuleRef{~RulesetIndex{0}, 0});
    for (RulesetIndex list = 0; list < policy.rulesets.size(); ++list) {
        const auto& rules = policy.rulesets[list].rules;
        for (std::uint32_t i = 0; i < rules.size(); ++i) {
            if (!rules[i].span) continue;
            const auto at = found.find({rules[i].span.source, rules[i].span.line()});
            if (at != found.end()) at->second = {list, i};
        }
    }
    std::erase_if(found, [](const auto& entry) { return entry.second.ruleset == ~RulesetIndex{0}; });
    return found;
}

void report(const CheckContext& context, const Check& check, const ChangedPolicy& policy,
            const std::vector<ChangedAccess>& changed, std::vector<Finding>& findings) {
    const Firewall& firewall = context.firewalls()[policy.firewall];
    const LineEdits& lines = policy.review->lines;
    std::vector<SourceSpan> removed, added;
    for (const auto& [out, in] : lines.moved) {
        removed.push_back(lines.removed[out]);
        added.push_back(lines.added[in]);
    }
    const auto was = rules_in(*policy.before, removed), is = rules_in(*firewall.policy, added);
    for (std::size_t i = 0; i < removed.size(); ++i) {
        const auto from = was.find({removed[i].source, removed[i].line()});
        const auto to = is.find({added[i].source, added[i].line()});
        if (from == was.end() || to == is.end()) continue;
        const Ruleset& list = firewall.policy->rulesets[to->second.ruleset];
        if (policy.before->rulesets[from->second.ruleset].name != list.name) continue;
        Finding finding = finding_after(check, firewall, added[i]);
        std::vector<std::string> texts;
        for (const auto& access : changed) {
            const auto& edits = access.region->because;
            const bool by_this = std::any_of(edits.begin(), edits.end(), [&](const EditedLine& line) {
                return line == EditedLine{false, removed[i]} || line == EditedLine{true, added[i]};
            });
            if (access.policy != &policy || !by_this) continue;
            const auto packets = access.packets();
            finding.region.insert(finding.region.end(), packets.begin(), packets.end());
            finding.region_complete = finding.region_complete && access.region->complete;
            if (!finding.witness) finding.witness = access.region->witness;
            texts.push_back(change_text(access));
        }
        if (texts.empty()) continue;
        finding.message = fmt::format("{} was moved and not edited, and verdicts differ for {}",
                                      rule_name(*firewall.policy, to->second), to_string(finding.region[0]));
        if (finding.region.size() > 1) {
            const std::size_t more = finding.region.size() - 1;
            finding.message += fmt::format(" and {} more region{}", more, more == 1 ? "" : "s");
        }
        finding.details = std::move(texts);
        finding.details.push_back(fmt::format("it stood in line {}", removed[i].line()));
        findings.push_back(std::move(finding));
    }
}

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    const auto changed = changed_access(context);
    for (const auto& policy : context.input().change->policies) {
        if (!changed.empty() && !policy.review->lines.moved.empty()) report(context, check, policy, changed, findings);
    }
}

}  // namespace

extern const Check check_effective_reorder;
const Check check_effective_reorder = {
    .id = "FW805",
    .name = "effective-reorder",
    .severity = Severity::warning,
    .subject = Subject::change,
    .summary = R"(A rule was only moved, and verdicts differ for it)",
    .why =
        R"(Sorting rules, or putting one in its right place, looks harmless in a diff of lines: the same line goes and comes back.
Where rules overlap their order decides.)",
    .example = R"(   -A INPUT -p tcp --dport 443 -j ACCEPT
+  -A INPUT -s 198.51.100.0/24 -j DROP
(the DROP stood before the ACCEPT))",
    .fix = R"(Put the rule back, or have the change of verdicts approved as what it is.)",
    .standards = R"(pci-dss-4.0.1 1.2.2)",
    .run = &run,
};

}  // namespace fwproof
