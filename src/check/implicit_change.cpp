#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "check/changes.hpp"
#include "check/describe.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    constexpr std::size_t kMostProducts = 64;
    std::map<std::pair<const ChangedPolicy*, std::string>, std::vector<const ChangedAccess*>> by_object;
    const auto changed = changed_access(context);
    for (const auto& access : changed) {
        for (const auto& object : access.region->objects) by_object[{access.policy, object.name}].push_back(&access);
    }
    for (const auto& [key, all] : by_object) {
        const std::string& name = key.second;
        Finding finding = finding_about(check, *all.front());
        SourceSpan place;  // of the edit in this object
        finding.decided_by.clear();
        finding.details.clear();
        finding.region.clear();
        std::set<RuleRef> rules_before, rules_after;
        for (const ChangedAccess* access : all) {
            const auto& objects = access->region->objects;
            const auto object = std::find_if(objects.begin(), objects.end(),
                                             [&name](const ChangedObject& o) { return o.name == name; });
            rules_after.insert(object->holders_after.begin(), object->holders_after.end());
            rules_before.insert(object->holders_before.begin(), object->holders_before.end());
            for (const auto& line : object->lines) {
                if (line.added && !place) place = line.span;
            }
            for (auto& product : access->packets()) {
                if (finding.region.size() < kMostProducts) {
                    finding.region.push_back(std::move(product));
                } else {
                    finding.region_complete = false;
                }
            }
            finding.details.push_back(change_text(*access));
        }
        const Firewall& firewall = context.firewalls()[key.first->firewall];
        Firewall was = firewall;
        was.policy = key.first->before;
        // A rule that was not edited stands in both versions: that after the change is shown.
        const Firewall& shown = rules_after.empty() ? was : firewall;
        std::vector<std::string> rules;
        for (const RuleRef& rule : rules_after.empty() ? rules_before : rules_after) {
            finding.decided_by.push_back(evidence(shown, rule));
            rules.push_back(rule_name(*shown.policy, rule));
        }
        if (place) finding.span = place;
        finding.message = fmt::format("the edit of {} changes what {} decide{}", name, join_some(rules),
                                      rules.size() == 1 ? "s" : "");
        findings.push_back(std::move(finding));
    }
}

}  // namespace

extern const Check check_implicit_change;
const Check check_implicit_change = {
    .id = "FW806",
    .name = "implicit-change",
    .severity = Severity::warning,
    .subject = Subject::change,
    .summary = R"(The edit of an object changes what rules elsewhere decide)",
    .why =
        R"(The edited lines hold no rule. What they change stands in other lines, perhaps hundreds of lines away and in lists of
other interfaces, and a reader of the diff does not see it.)",
    .example = R"(object-group network PARTNERS
-  network-object 25.1.2.0 255.255.255.128
+  network-object 25.1.2.0 255.255.255.0)",
    .fix =
        R"(Read the rules that the finding names. Where only one of them is meant to change, give it an object of its own.)",
    .standards = R"(pci-dss-4.0.1 1.2.2)",
    .run = &run,
};

}  // namespace fwproof
